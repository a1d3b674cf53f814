"""How numbers, times and names are written on the pages: Jinja filters, and the words around a result."""

from collections.abc import Sequence
from datetime import datetime

from flask import Flask, request, url_for
from flask_babel import gettext as _
from jinja2 import StrictUndefined
from markupsafe import Markup

from vggweb.core.weights import WeightsChoice
from vggweb.services.result import ModelUsed
from vggweb.web.context import services

RESIZE_OPTIONS = (
    (
        "keras",
        "As Keras loads it",
        "Squashed to 224 × 224 by taking the nearest pixel, exactly as load_img does. Shapes are distorted and fine "
        "lines break, and it is what most Keras scripts feed the network.",
    ),
    (
        "bilinear",
        "Squashed smoothly",
        "Squashed to 224 × 224 with every pixel counted, so fine lines survive. Shapes are still distorted.",
    ),
    (
        "crop",
        "Centre crop",
        "The shorter side becomes 256 pixels and the centre 224 × 224 is cut out, as the VGG paper evaluates. Shapes "
        "stay true, and the edges of the photo are lost.",
    ),
)
CHANNEL_SCALE_NOTE = (
    "Mid grey is 0: exactly ImageNet’s average for that colour. Lighter means more of the colour than average, up to "
    "+151 for white; darker means less, down to −151 for black. All three pictures use the same scale."
)
CERTAINTY_NOTES = {
    "sure": "The network is sure: one word has most of the probability. Sure is not the same as right.",
    "leaning": "The network leans towards one word, with real doubt left over the others.",
    "unsure": "The network is unsure: no word has even 30 %. Perhaps none of its 1000 words fits this photo.",
}
STEP_EXPLANATIONS = {
    "load_img": Markup(
        "Opens the file and brings it to the one size that VGG16 was trained on, 224 × 224 pixels. What comes back "
        "is a picture, not an array: three whole numbers from 0 to 255 for each pixel, red first."
    ),
    "img_to_array": Markup(
        "The same numbers as a NumPy array of <code>float32</code>, so that one can calculate with them. Its shape "
        "reads rows, columns, channels."
    ),
    "expand_dims": Markup(
        "Puts a 1 in front: a batch that holds one photo, because the network takes photos by the batch. "
        "<code>model.input</code> is only the place where such a batch goes in, a symbolic tensor of shape "
        "<code>(None, 224, 224, 3)</code> without any numbers; it is no picture of ImageNet."
    ),
    "preprocess_input": Markup(
        "Turns RGB into BGR and subtracts ImageNet’s average colour, 103.939 from blue, 116.779 from green and "
        "123.68 from red. VGG16 was trained with Caffe, which reads pictures as BGR, so its first filters expect "
        "that order and values around 0."
    ),
    "predict": Markup(
        "Sends the batch through 13 convolutions and the classifier, which gives 1000 scores, the logits. "
        "<code>softmax</code> raises e to each and divides by the sum, and so they become 1000 probabilities that "
        "add up to 1."
    ),
    "decode_predictions": Markup(
        "Sorts the 1000 probabilities and looks up the names of the five largest. The number that starts with n is "
        "WordNet’s id of the word; the label is ImageNet’s name for it."
    ),
}
KIB = 1024


def init_app(app: Flask) -> None:
    """Registers the filters and what every template knows."""
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(
        percent=percent, words=words, number=number, filesize=filesize, datetime=date_and_time, shape=shape
    )

    @app.context_processor
    def know() -> dict[str, object]:
        model_host = services().model_host
        note = variant_note(services().model_used(), model_host.choice)
        return {"weights": model_host.weights, "variant_note": note, "nav": navigation()}


def navigation() -> list[tuple[str, str, bool]]:
    """The header's links: title, address, whether this page belongs to it."""
    entries = (
        (_("Classify a photo"), "home.home"),
        (_("Inside"), "layers.index"),
        (_("The 1000 words"), "words.show"),
        (_("The model"), "model.show"),
    )
    addresses = [(title, url_for(name)) for title, name in entries]
    return [(title, address, address == f"{request.root_path}{request.path}") for title, address in addresses]


def variant_note(model: ModelUsed, choice: WeightsChoice) -> str:
    """One sentence that says which weights answered.

    Args:
        model: the weights that answered, perhaps before the server got others.
        choice: the weights that answer now: only of these is known whether they are Keras's official ones.
    """
    if model.variant == "compact" and model.sha256 != choice.sha256 and choice.variant == "compact":
        return (
            "Answered by earlier compact weights: VGG16’s own 13 convolutions with a small classifier that has since "
            "been replaced by a better one."
        )
    if model.variant == "compact":
        return (
            "Answered by the compact weights: VGG16’s own 13 convolutions with a small classifier made for this site, "
            "so the probabilities are not those of the full VGG16."
        )
    if model.sha256 != choice.sha256:
        return "Answered by a full VGG16, 138,357,544 parameters, with other weights than this server has now."
    if not choice.official:
        return "Answered by a full VGG16, 138,357,544 parameters, with weights that this server’s operator gave."
    return "Answered by the full VGG16 with its ImageNet weights, 138,357,544 parameters."


def percent(score: float) -> str:
    """A probability as people read it: ``48.3 %``, ``< 0.1 %``, ``> 99.9 %``."""
    if 0 < score < 0.0005:  # noqa: PLR2004 - would round to 0.0 %
        return "< 0.1 %"
    if 0.9995 <= score < 1:  # noqa: PLR2004 - would round to 100.0 %
        return "> 99.9 %"
    return f"{score * 100:.1f} %"


def words(label: str) -> str:
    """A label as people write it: ``Indian_elephant`` → ``Indian elephant``."""
    return label.replace("_", " ")


def number(value: int) -> str:
    """A whole number in groups of three: ``138,357,544``."""
    return f"{value:,}"


def filesize(size_bytes: int) -> str:
    """A number of bytes in the unit that suits it: ``16 MiB``."""
    value = float(size_bytes)
    for unit in ("bytes", "KiB", "MiB"):
        if value < KIB:
            return f"{value:.4g} {unit}"
        value /= KIB
    return f"{value:.4g} GiB"


def date_and_time(moment: datetime) -> str:
    """``24 November 2026, 12:00 UTC``."""
    return f"{moment.day} {moment:%B %Y, %H:%M} UTC"


def shape(sizes: Sequence[int]) -> str:
    """A shape as NumPy prints it: ``(1, 224, 224, 3)``."""
    inside = ", ".join(str(size) for size in sizes)
    return f"({inside},)" if len(sizes) == 1 else f"({inside})"
