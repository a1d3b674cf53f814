"""What goes into the store and comes out of it: plain values, no database in them."""

from dataclasses import dataclass
from datetime import datetime

from vggweb.core.arrays import Logits
from vggweb.core.photo_facts import PhotoFacts
from vggweb.core.preprocessing import ResizeMethod
from vggweb.core.weights import WeightsVariant


@dataclass(frozen=True)
class StoredResult:
    """A result as it is kept: what cannot be worked out again.

    Attributes:
        id: the unguessable id of its address.
        created_at: aware, UTC.
        resize: how the photo was brought to 224 × 224.
        variant: which weights answered.
        weights_sha256: their hash.
        logits: float32 (1000,).
        owner: hash that stands for the browser that made it; None for a program.
        photo: what is known of the photo that was sent.
    """

    id: str
    created_at: datetime
    resize: ResizeMethod
    variant: WeightsVariant
    weights_sha256: str
    logits: Logits
    owner: str | None
    photo: PhotoFacts


@dataclass(frozen=True)
class StoredFile:
    """A picture file of a result, or a file that a job has made.

    Attributes:
        name: ``photo``, or ``image-<resize>``; of a product, whatever the job calls it.
        media_type: such as ``image/png``.
        data: the file's bytes.
    """

    name: str
    media_type: str
    data: bytes


@dataclass(frozen=True)
class PurgeReport:
    """What a purge deleted: expired results, and pictures and products that belonged to no standing result."""

    expired: int
    orphans: int
