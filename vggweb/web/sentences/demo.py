"""The titles of the demo's screens."""

from flask_babel import lazy_gettext

STEP_TITLES = {
    "photo": lazy_gettext("A photo"),
    "resize": lazy_gettext("224 × 224 pixels, whatever you send"),
    "numbers": lazy_gettext("A picture is numbers"),
    "bgr": lazy_gettext("Red, green, blue becomes blue, green, red"),
    "mean": lazy_gettext("Less the mean"),
    "batch": lazy_gettext("A batch, and its leading 1"),
    "input": lazy_gettext("What model.input is"),
    "convolution": lazy_gettext("The first convolution, touched"),
    "block1": lazy_gettext("Block 1: edges and colours"),
    "block2": lazy_gettext("Block 2: corners and stripes"),
    "block3": lazy_gettext("Block 3: textures"),
    "block4": lazy_gettext("Block 4: parts of things"),
    "block5": lazy_gettext("Block 5: small, deep and telling"),
    "filter": lazy_gettext("What a filter likes"),
    "classifier": lazy_gettext("From features to words"),
    "logits": lazy_gettext("1000 scores"),
    "softmax": lazy_gettext("Softmax: shares that add up to 1"),
    "words": lazy_gettext("Five words"),
    "why": lazy_gettext("Why these words?"),
    "whatif": lazy_gettext("What fools it?"),
}
