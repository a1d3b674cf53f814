"""The six lines of Keras that make a result, with what stands in ``x[0, 0, 0]`` after each.

The values are read from this photo's own arrays; nothing here is made up for show.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from vggweb.core.arrays import Batch, Image, Probabilities
from vggweb.core.predictions import Prediction


@dataclass(frozen=True)
class Step:
    """What there is after one line of Keras.

    Attributes:
        name: Keras's function, such as ``expand_dims``.
        shape: the array's shape after it; for ``load_img`` that of its pixels.
        dtype: NumPy's name of the element type; ``list`` for ``decode_predictions``.
        first_pixel: the three numbers of the top left pixel; None once there are no pixels any more.
        value: in words, an expression and what it gives, such as ``x[0, 0, 0] = [141., 138., 121.]``.
    """

    name: str
    shape: tuple[int, ...]
    dtype: str
    first_pixel: tuple[float, float, float] | None
    value: str


def walk(
    image: Image, batch: Batch, probabilities: Probabilities, predictions: Sequence[Prediction]
) -> tuple[Step, ...]:
    """The six steps of one result.

    Args:
        image: uint8 (224, 224, 3) RGB, the model input before preprocessing.
        batch: float32 (1, 224, 224, 3) BGR, mean-subtracted.
        probabilities: float32 (1000,).
        predictions: the classes that are shown, best first.
    """
    rgb = _pixel(image[0, 0])
    bgr = _pixel(batch[0, 0, 0])
    best = predictions[0]
    height, width, _ = image.shape
    return (
        Step("load_img", image.shape, "uint8", rgb, f"img.getpixel((0, 0)) = {_integers(rgb)}"),
        Step("img_to_array", image.shape, "float32", rgb, f"x[0, 0] = {_floats(rgb)}"),
        Step("expand_dims", (1, height, width, 3), "float32", rgb, f"x[0, 0, 0] = {_floats(rgb)}"),
        Step("preprocess_input", batch.shape, "float32", bgr, f"x[0, 0, 0] = {_floats(bgr)}"),
        Step(
            "predict",
            (1, probabilities.size),
            "float32",
            None,
            f"preds[0, {best.class_index}] = {probabilities[best.class_index]:.4f}",
        ),
        Step(
            "decode_predictions",
            (1, len(predictions), 3),
            "list",
            None,
            f"decoded[0][0] = ('{best.wnid}', '{best.label}', {best.score:.4f})",
        ),
    )


def _pixel(values: "Image | Batch") -> tuple[float, float, float]:
    first, second, third = (round(float(value), 3) for value in values)
    return first, second, third


def _integers(pixel: tuple[float, float, float]) -> str:
    return "(" + ", ".join(f"{value:.0f}" for value in pixel) + ")"


def _floats(pixel: tuple[float, float, float]) -> str:
    return "[" + ", ".join(f"{value:.3f}".rstrip("0") for value in pixel) + "]"
