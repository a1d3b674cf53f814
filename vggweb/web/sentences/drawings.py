"""How filters are drawn: the recipes and what shall grow, for people."""

from flask_babel import lazy_gettext

from vggweb.web.sentences import Titled, by_name

RECIPES = by_name(
    Titled(
        "natural",
        lazy_gettext("Natural"),
        lazy_gettext(
            "The picture grows from even grey in smooth waves and photo-like colours, and is moved, turned and scaled "
            "a little at every step, so that shapes appear and not pixel noise."
        ),
    ),
    Titled(
        "classic",
        lazy_gettext("Classic"),
        lazy_gettext(
            "The well-known Keras example of 2016: twenty steps of gradient ascent on the pixels themselves, from grey "
            "noise."
        ),
    ),
)
AIM_TITLES = {
    "channel": lazy_gettext("Everywhere at once"),
    "centre": lazy_gettext("In the centre only"),
    "diverse": lazy_gettext("Four different pictures"),
    "mix": lazy_gettext("Mixed with another filter"),
}
