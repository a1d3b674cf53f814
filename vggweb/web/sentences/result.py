"""What is said around a result: how its input was prepared, how sure the network is, what each step does."""

from collections.abc import Callable

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from markupsafe import Markup

from vggweb.core.preprocessing import MEAN_BGR
from vggweb.core.rendering import CHANNEL_LIMIT
from vggweb.web.formatters import decimal
from vggweb.web.sentences import Titled, by_name

RESIZE_METHODS = by_name(
    Titled(
        "keras",
        lazy_gettext("As Keras loads it"),
        lazy_gettext(
            "Squashed to 224 × 224 by taking the nearest pixel, exactly as load_img does. Shapes are distorted and "
            "fine lines break, and it is what most Keras scripts feed the network."
        ),
    ),
    Titled(
        "bilinear",
        lazy_gettext("Squashed smoothly"),
        lazy_gettext(
            "Squashed to 224 × 224 with every pixel counted, so fine lines survive. Shapes are still distorted."
        ),
    ),
    Titled(
        "crop",
        lazy_gettext("Centre crop"),
        lazy_gettext(
            "The shorter side becomes 256 pixels and the centre 224 × 224 is cut out, as the VGG paper evaluates. "
            "Shapes stay true, and the edges of the photo are lost."
        ),
    ),
)
CERTAINTIES = {
    "sure": lazy_gettext("The network is sure: one word has most of the probability. Sure is not the same as right."),
    "leaning": lazy_gettext("The network leans towards one word, with real doubt left over the others."),
    "unsure": lazy_gettext(
        "The network is unsure: no word has even 30 %. Perhaps none of its 1000 words fits this photo."
    ),
}
CHANNEL_NAMES = {"b": lazy_gettext("Blue"), "g": lazy_gettext("Green"), "r": lazy_gettext("Red")}
CHANNEL_ALTS = {
    "b": lazy_gettext("The blue channel in grey, the mean subtracted"),
    "g": lazy_gettext("The green channel in grey, the mean subtracted"),
    "r": lazy_gettext("The red channel in grey, the mean subtracted"),
}


def step_explanation(name: str) -> Markup:
    """What one of the six lines of Keras does, by the name of its function."""
    sentence: str = _STEPS[name]()
    return Markup(sentence)  # noqa: S704 - our own


def _preprocess_input() -> str:
    blue, green, red = (f"{value:g}" for value in MEAN_BGR)
    return str(
        _(
            "Turns RGB into BGR and subtracts ImageNet’s average colour, %(blue)s from blue, %(green)s from green and "
            "%(red)s from red. VGG16 was trained with Caffe, which reads pictures as BGR, so its first filters expect "
            "that order and values around 0.",
            blue=blue,
            green=green,
            red=red,
        )
    )


_STEPS: dict[str, Callable[[], str]] = {
    "load_img": lambda: _(
        "Opens the file and brings it to the one size that VGG16 was trained on, 224 × 224 pixels. What comes back is "
        "a picture, not an array: three whole numbers from 0 to 255 for each pixel, red first."
    ),
    "img_to_array": lambda: _(
        "The same numbers as a NumPy array of <code>float32</code>, so that one can calculate with them. Its shape "
        "reads rows, columns, channels."
    ),
    "expand_dims": lambda: _(
        "Puts a 1 in front: a batch that holds one photo, because the network takes photos by the batch. "
        "<code>model.input</code> is only the place where such a batch goes in, a symbolic tensor of shape "
        "<code>(None, 224, 224, 3)</code> without any numbers; it is no picture of ImageNet."
    ),
    "preprocess_input": _preprocess_input,
    "predict": lambda: _(
        "Sends the batch through 13 convolutions and the classifier, which gives 1000 scores, the logits. "
        "<code>softmax</code> raises e to each and divides by the sum, and so they become 1000 probabilities that add "
        "up to 1."
    ),
    "decode_predictions": lambda: _(
        "Sorts the 1000 probabilities and looks up the names of the five largest. The number that starts with n is "
        "WordNet’s id of the word; the label is ImageNet’s name for it."
    ),
}


def channel_scale() -> str:
    """What grey means in the pictures of the channels."""
    return str(
        _(
            "Mid grey is 0: exactly ImageNet’s average for that colour. Lighter means more of the colour than average, "
            "up to +%(limit)s for white; darker means less, down to −%(limit)s for black. All three pictures use the "
            "same scale.",
            limit=decimal(CHANNEL_LIMIT, 0),
        )
    )
