"""What the other preparations of a photo are called, and what each shows."""

from flask_babel import lazy_gettext

from vggweb.web.sentences import Titled, by_name

PREPARATIONS = by_name(
    Titled("as_it_is", lazy_gettext("As it is"), lazy_gettext("The real result: BGR, ImageNet’s mean subtracted.")),
    Titled(
        "no_swap",
        lazy_gettext("Red and blue not swapped"),
        lazy_gettext("VGG16 learned on BGR; given RGB, it takes red for blue and sees the photo in false colours."),
    ),
    Titled(
        "no_mean",
        lazy_gettext("Mean not subtracted"),
        lazy_gettext(
            "Without the subtraction every value is over a hundred too high, like a photo that is far too bright."
        ),
    ),
    Titled(
        "zero_to_one",
        lazy_gettext("Scaled to 0–1"),
        lazy_gettext(
            "Many other networks want RGB values divided by 255; to VGG16 that is a flat grey with almost no contrast."
        ),
    ),
    Titled(
        "grey",
        lazy_gettext("Grey"),
        lazy_gettext("Without colours, only shapes and textures are left to go by."),
    ),
    Titled(
        "mirrored",
        lazy_gettext("Mirrored"),
        lazy_gettext("Training photos were mirrored at random, so left and right should hardly matter."),
    ),
    Titled(
        "upside_down",
        lazy_gettext("Upside down"),
        lazy_gettext("Turned by half: training photos were upright, and nothing in a convolution knows about turning."),
    ),
    Titled(
        "crop",
        lazy_gettext("Centre crop"),
        lazy_gettext("The middle of the photo in its true proportions; what lies at the edge is lost."),
    ),
    Titled(
        "squash",
        lazy_gettext("Squashed"),
        lazy_gettext("The whole photo pressed into a square: nothing is lost, but proportions change."),
    ),
    Titled(
        "blurred",
        lazy_gettext("Blurred"),
        lazy_gettext(
            "Fine texture is gone while the shapes stay; how far the answer moves says how much it relied on texture."
        ),
    ),
    Titled(
        "darker",
        lazy_gettext("Darker"),
        lazy_gettext("Every value at 40 %: the mean that is subtracted no longer fits the photo."),
    ),
)
