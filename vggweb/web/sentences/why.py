"""What the methods of attribution are called, and what each shows."""

from flask_babel import lazy_gettext

from vggweb.web.sentences import Titled, by_name

METHODS = by_name(
    Titled(
        "grad_cam",
        "Grad-CAM",
        lazy_gettext(
            "Shows the places whose features in the last convolution speak for the word, each feature weighed by how "
            "strongly the word’s score answers to it."
        ),
    ),
    Titled(
        "saliency",
        lazy_gettext("Saliency"),
        lazy_gettext(
            "Shows the pixels whose smallest change would move the word’s score the most, up or down, averaged over "
            "noisy copies of the photo."
        ),
    ),
    Titled(
        "occlusion",
        lazy_gettext("Occlusion"),
        lazy_gettext(
            "Covers one part of the photo after another with grey and shows where the word’s score drops the most."
        ),
    ),
)
