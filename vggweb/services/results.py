"""The results that are kept: made from a photo, shown again, deleted, purged.

Only what the pages need is stored: the three 224 × 224 model inputs, a small copy of the photo encoded
anew (so without EXIF), and the 1000 logits. All else is worked out from them when somebody looks.
"""

import io
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import PIL.Image

from vggweb.core.arrays import Batch, Image
from vggweb.core.card import draw_card
from vggweb.core.predictions import certainty, groups, softmax, top_predictions
from vggweb.core.preprocessing import MEAN_BGR, RESIZE_METHODS, to_batch
from vggweb.core.rendering import channel_picture, decode_picture, encode_png
from vggweb.core.walkthrough import walk
from vggweb.errors import LookupFailedError, NotFoundError
from vggweb.services.classify import Classification
from vggweb.services.result import Channel, ModelUsed, PhotoFacts, Result
from vggweb.storage import PurgeReport, Store, StoredFile, StoredResult

SHOWN_PHOTO_MAX_PX = 1024  # longer side of the copy that the page shows
SHOWN_PHOTO_QUALITY = 88
ID_BYTES = 16  # 128 random bits: an address that cannot be guessed
CHANNEL_NAMES = ("b", "g", "r")  # the order of the batch's last axis
DEFAULT_TOP = 5


@dataclass(frozen=True)
class RecentResult:
    """A line in the visitor's own list."""

    id: str
    label: str
    score: float
    created_at: datetime


class Results:
    """Keeps results in the store and makes the result object from what is stored."""

    def __init__(self, store: Store, *, result_days: float) -> None:
        self._store = store
        self._result_days = result_days

    def keep(self, classification: Classification, *, model: ModelUsed, owner: str | None) -> Result:
        """Stores a classification, row and pictures in one transaction, and gives its result."""
        photo = classification.photo
        stored = StoredResult(
            id=secrets.token_urlsafe(ID_BYTES),
            created_at=datetime.now(UTC).replace(microsecond=0),
            resize=classification.resize,
            variant=model.variant,
            weights_sha256=model.sha256,
            logits=classification.logits,
            owner=owner,
            photo_width=photo.width,
            photo_height=photo.height,
            photo_format=photo.format,
            was_rotated=photo.was_rotated,
            had_transparency=photo.had_transparency,
        )
        self._store.save_result(stored, _pictures(classification))
        return self.show(stored.id)

    def show(self, result_id: str, *, top: int = DEFAULT_TOP) -> Result:
        """The result of that id with its first `top` predictions.

        Raises:
            NotFoundError: there never was one.
            GoneError: it was deleted or has expired.
        """
        stored = self._store.find_result(result_id)
        image = self.image(result_id)
        batch = to_batch(image)
        probabilities = softmax(stored.logits)
        predictions = top_predictions(probabilities, top)
        return Result(
            id=stored.id,
            created_at=stored.created_at,
            expires_at=self._expires_at(stored.created_at),
            resize=stored.resize,
            model=ModelUsed(variant=stored.variant, sha256=stored.weights_sha256),
            photo=PhotoFacts(
                width=stored.photo_width,
                height=stored.photo_height,
                format=stored.photo_format,
                was_rotated=stored.was_rotated,
                had_transparency=stored.had_transparency,
            ),
            predictions=predictions,
            groups=groups(probabilities),
            certainty=certainty(predictions),
            channels=_channels(batch),
            steps=walk(image, batch, probabilities, predictions[:DEFAULT_TOP]),
        )

    def image(self, result_id: str, resize: str | None = None) -> Image:
        """The uint8 (224, 224, 3) model input; by another way of resizing if one is named."""
        method = resize or self._store.find_result(result_id).resize
        return decode_picture(self.picture(result_id, f"image-{method}").data)

    def picture(self, result_id: str, name: str) -> StoredFile:
        """A stored picture of a result: ``photo`` or ``image-<resize>``."""
        self._store.find_result(result_id)
        return self._store.picture(result_id, name)

    def input_png(self, result_id: str) -> bytes:
        """The exact model input as PNG."""
        return self.picture(result_id, f"image-{self._store.find_result(result_id).resize}").data

    def channel_png(self, result_id: str, channel: str) -> bytes:
        """One mean-subtracted channel as a grey picture, mid grey where the value is 0.

        Raises:
            NotFoundError: the channel is none of ``b``, ``g``, ``r``.
        """
        if channel not in CHANNEL_NAMES:
            raise NotFoundError("A picture has the channels b, g and r.", "Use one of them in the address.")
        batch = to_batch(self.image(result_id))
        return encode_png(channel_picture(batch[0, :, :, CHANNEL_NAMES.index(channel)]))

    def card_png(self, result_id: str) -> bytes:
        """The card that a shared link shows."""
        result = self.show(result_id)
        photo = decode_picture(self.picture(result_id, "photo").data)
        return encode_png(draw_card(photo, result.predictions, note=f"{result.model.variant} weights"))

    def is_owner(self, result_id: str, owner: str | None) -> bool:
        """Whether this visitor made the result."""
        return owner is not None and self._store.find_result(result_id).owner == owner

    def is_there(self, result_id: str) -> bool:
        """Whether the result stands: it was made, was not deleted, has not expired."""
        try:
            self._store.find_result(result_id)
        except LookupFailedError:
            return False
        return True

    def delete(self, result_id: str) -> None:
        """Deletes a result and everything private that belongs to it."""
        self._store.find_result(result_id)
        self._store.delete_result(result_id)

    def recent(self, owner: str | None, *, limit: int = 8) -> list[RecentResult]:
        """The visitor's own results, newest first."""
        if owner is None:
            return []
        return [_recent(stored) for stored in self._store.recent_results(owner, limit)]

    def purge(self) -> PurgeReport:
        """Deletes expired results and orphans, and says how many."""
        return self._store.purge()

    def _expires_at(self, created_at: datetime) -> datetime | None:
        return created_at + timedelta(days=self._result_days) if self._result_days else None


def _pictures(classification: Classification) -> Mapping[str, StoredFile]:
    pictures = {
        f"image-{method}": StoredFile(
            name=f"image-{method}", media_type="image/png", data=encode_png(classification.images[method])
        )
        for method in RESIZE_METHODS
    }
    photo = PIL.Image.fromarray(classification.photo.pixels)
    photo.thumbnail((SHOWN_PHOTO_MAX_PX, SHOWN_PHOTO_MAX_PX))
    encoded = io.BytesIO()
    photo.save(encoded, "JPEG", quality=SHOWN_PHOTO_QUALITY, progressive=True)
    pictures["photo"] = StoredFile(name="photo", media_type="image/jpeg", data=encoded.getvalue())
    return pictures


def _channels(batch: Batch) -> tuple[Channel, ...]:
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


def _recent(stored: StoredResult) -> RecentResult:
    best = top_predictions(softmax(stored.logits), 1)[0]
    return RecentResult(id=stored.id, label=best.label, score=best.score, created_at=stored.created_at)
