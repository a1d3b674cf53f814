"""What goes wrong: the same photo prepared in other ways, and how far each answer is from the real one.

Half of them are mistakes that people make before `predict`, half are changes that a person would hardly mind.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import PIL.Image
from PIL import ImageFilter

from vggweb.core.arrays import Batch, Image, Picture, Probabilities
from vggweb.core.predictions import Prediction, softmax, top_predictions
from vggweb.core.preprocessing import MEAN_BGR, to_batch, to_image

if TYPE_CHECKING:
    from vggweb.core.model import Vgg16

BLUR_RADIUS_PX = 2.0  # standard deviation of the Gaussian
BRIGHTNESS = 0.4  # what "darker" leaves of every value
WHITE = 255.0
SHOWN_PREDICTIONS = 3


@dataclass(frozen=True)
class Preparation:
    """One way to make a batch of the photo.

    Attributes:
        name: stable, for programs.
        batch: float32 (1, 224, 224, 3), what the network is given.
    """

    name: str
    batch: Batch

    @property
    def picture(self) -> Picture:
        """The photo as the network takes it to be: uint8 (224, 224, 3) RGB, clipped to what can be shown."""
        return to_image(self.batch)


@dataclass(frozen=True)
class Variant:
    """What the network answers to one preparation.

    Attributes:
        preparation: how the photo was prepared.
        probabilities: float32 (1000,).
        distance: total variation distance from the real answer: half the sum of the absolute differences of the
            1000 probabilities. 0 is the same answer, 1 nothing in common.
    """

    preparation: Preparation
    probabilities: Probabilities
    distance: float

    @property
    def predictions(self) -> tuple[Prediction, ...]:
        """Its first three words, best first."""
        return top_predictions(self.probabilities, SHOWN_PREDICTIONS)


def prepare_variants(image: Image, *, crop: Image, squash: Image) -> tuple[Preparation, ...]:
    """The photo as it is, then prepared in ten other ways.

    Args:
        image: uint8 (224, 224, 3) RGB, the model input of the real result. Not modified.
        crop: uint8 (224, 224, 3) RGB, the centre cut out of the same photo.
        squash: uint8 (224, 224, 3) RGB, the whole photo squashed to a square.
    """
    return (
        Preparation("as_it_is", to_batch(image)),
        *_mistakes(image),
        *_other_photos(image, crop=crop, squash=squash),
    )


def compare(model: "Vgg16", preparations: Sequence[Preparation]) -> tuple[Variant, ...]:
    """What the network answers to each preparation, from one forward pass.

    Args:
        preparations: the first is the real one, from which the distances are taken.
    """
    batch = np.concatenate([preparation.batch for preparation in preparations])  # (n, 224, 224, 3)
    probabilities = softmax(model.logits(batch))  # (n, 1000)
    return tuple(
        Variant(preparation, row, total_variation(probabilities[0], row))
        for preparation, row in zip(preparations, probabilities, strict=True)
    )


def total_variation(first: Probabilities, second: Probabilities) -> float:
    """Half the sum of the absolute differences, in [0, 1]: the probability that would have to move.

    Args:
        first: float32 (1000,), summing to 1.
        second: the same.
    """
    return min(float(np.abs(first.astype(np.float64) - second).sum() / 2), 1.0)


def _mistakes(image: Image) -> tuple[Preparation, ...]:
    """Batches that a wrong or missing `preprocess_input` makes."""
    rgb = image[np.newaxis].astype(np.float32)  # (1, 224, 224, 3)
    return (
        Preparation("no_swap", rgb - MEAN_BGR),
        Preparation("no_mean", rgb[..., ::-1]),
        Preparation("zero_to_one", rgb / np.float32(WHITE)),
    )


def _other_photos(image: Image, *, crop: Image, squash: Image) -> tuple[Preparation, ...]:
    """Batches that the right preparation makes of a changed photo."""
    picture = PIL.Image.fromarray(image)
    changed = {
        "grey": np.asarray(picture.convert("L").convert("RGB")),
        "mirrored": image[:, ::-1],
        "upside_down": image[::-1, ::-1],
        "crop": crop,
        "squash": squash,
        "blurred": np.asarray(picture.filter(ImageFilter.GaussianBlur(BLUR_RADIUS_PX))),
        "darker": np.rint(image * BRIGHTNESS).astype(np.uint8),
    }
    return tuple(Preparation(name, to_batch(pixels)) for name, pixels in changed.items())
