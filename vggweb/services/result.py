"""The result object that the page, the JSON and the command line all show."""

from dataclasses import dataclass
from datetime import datetime

from vggweb.core.predictions import Group, Prediction
from vggweb.core.preprocessing import ResizeMethod
from vggweb.core.walkthrough import Step
from vggweb.core.weights import Variant


@dataclass(frozen=True)
class ModelUsed:
    """Which weights answered.

    Attributes:
        variant: ``compact`` or ``imagenet``.
        sha256: of the weights, as ``/model.json`` gives it.
    """

    variant: Variant
    sha256: str


@dataclass(frozen=True)
class PhotoFacts:
    """What is known of the photo that was sent.

    Attributes:
        width: in pixels, upright.
        height: in pixels, upright.
        format: such as ``JPEG``.
        was_rotated: a rotation tag was applied.
        had_transparency: transparent pixels were laid on white.
    """

    width: int
    height: int
    format: str
    was_rotated: bool
    had_transparency: bool


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
