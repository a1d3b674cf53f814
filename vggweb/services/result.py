"""The result object that the page, the JSON and the command line all show."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from vggweb.core.arrays import Batch
from vggweb.core.photo_facts import PhotoFacts
from vggweb.core.predictions import Group, Prediction
from vggweb.core.preprocessing import MEAN_BGR, ResizeMethod
from vggweb.core.walkthrough import Step
from vggweb.core.weights import WeightsVariant

CHANNEL_NAMES = ("b", "g", "r")  # the order of the batch's last axis


@dataclass(frozen=True)
class ModelUsed:
    """Which weights answered.

    Attributes:
        variant: ``compact`` or ``imagenet``.
        sha256: of the weights, as ``/model.json`` gives it.
    """

    variant: WeightsVariant
    sha256: str


@dataclass(frozen=True)
class Channel:
    """One mean-subtracted channel of the batch, in numbers.

    Attributes:
        name: ``b``, ``g`` or ``r``.
        minimum: smallest value.
        mean: average of the 50,176 values.
        maximum: largest value.
        subtracted: the ImageNet mean that was taken off.
    """

    name: str
    minimum: float
    mean: float
    maximum: float
    subtracted: float


@dataclass(frozen=True)
class Result:
    """What VGG16 did with one photo, from the input to the words."""

    id: str
    created_at: datetime
    expires_at: datetime | None
    resize: ResizeMethod
    model: ModelUsed
    photo: PhotoFacts
    predictions: tuple[Prediction, ...]
    groups: tuple[Group, ...]
    certainty: str
    channels: tuple[Channel, ...]
    steps: tuple[Step, ...]


def describe_channels(batch: Batch) -> tuple[Channel, ...]:
    """The three channels of a batch (1, 224, 224, 3) in numbers, rounded to thousandths."""
    return tuple(
        Channel(
            name=name,
            minimum=round(float(values.min()), 3),
            mean=round(float(values.mean(dtype=np.float64)), 3),
            maximum=round(float(values.max()), 3),
            subtracted=round(float(mean), 3),
        )
        for name, values, mean in zip(CHANNEL_NAMES, np.moveaxis(batch[0], -1, 0), MEAN_BGR, strict=True)
    )
