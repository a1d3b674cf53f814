"""The results that are kept: made from a photo, opened again, deleted, purged.

Only what the pages need is stored: the three 224 × 224 model inputs, a small copy of the photo encoded
anew (so without EXIF), and the 1000 logits. All else is worked out from them when somebody looks.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from vggweb.core.predictions import softmax, top_predictions
from vggweb.core.preprocessing import RESIZE_METHODS
from vggweb.core.rendering import encode_png
from vggweb.errors import LookupFailedError
from vggweb.services.cache import ComputeOnceCache
from vggweb.services.classify import Classification
from vggweb.services.open_result import PHOTO, OpenResult, image_name
from vggweb.services.result import ModelUsed
from vggweb.storage import PurgeReport, Store, StoredFile, StoredResult

CARDS_REMEMBERED = 64  # of at most 250 kB each
QUICK = 1  # zlib's level, for pictures that a visitor waits for
ID_BYTES = 16  # 128 random bits: an address that cannot be guessed


@dataclass(frozen=True)
class RecentResult:
    """A line in the visitor's own list."""

    id: str
    class_index: int
    score: float
    created_at: datetime


class Results:
    """Keeps results in the store, and opens them again."""

    def __init__(self, store: Store, *, result_days: float) -> None:
        self._store = store
        self._result_days = result_days
        self._cards: ComputeOnceCache[bytes] = ComputeOnceCache(CARDS_REMEMBERED)

    def keep(
        self, classification: Classification, *, model: ModelUsed, owner: str | None, result_id: str = ""
    ) -> OpenResult:
        """Stores a classification, row and pictures in one transaction, and gives its result, open.

        Args:
            classification: what is kept.
            model: which weights answered.
            owner: hash that stands for the browser that made it; None for a program.
            result_id: under which it is kept, in place of one that expired; by default a new, unguessable one.
        """
        row = StoredResult(
            id=result_id or secrets.token_urlsafe(ID_BYTES),
            created_at=datetime.now(UTC).replace(microsecond=0),
            resize=classification.resize,
            variant=model.variant,
            weights_sha256=model.sha256,
            logits=classification.logits,
            owner=owner,
            photo=classification.photo.facts,
        )
        files = _files(classification)
        keep = self._store.replace_result if result_id else self._store.save_result
        keep(row, files)
        return OpenResult(row, files.__getitem__, expires_at=self._expires_at(row))

    def open(self, result_id: str) -> OpenResult:
        """The result of that id, with its row read: once for a request.

        Raises:
            NotFoundError: there never was one.
            GoneError: it was deleted or has expired.
        """
        row = self._store.find_result(result_id)
        return OpenResult(row, partial(self._store.picture, result_id), expires_at=self._expires_at(row))

    def is_there(self, result_id: str) -> bool:
        """Whether the result stands: it was made, was not deleted, has not expired."""
        try:
            self.open(result_id)
        except LookupFailedError:
            return False
        return True

    def card_jpg(self, result: OpenResult) -> bytes:
        """The card that a shared link shows; drawn once, as everybody in a chat looks at it."""
        return self._cards.get(result.id, result.card_jpg)

    def delete(self, result: OpenResult) -> None:
        """Deletes a result and everything private that belongs to it."""
        self._store.delete_result(result.id)
        self._cards.forget(result.id)

    def recent(self, owner: str | None, *, limit: int = 8) -> list[RecentResult]:
        """The visitor's own results, newest first."""
        if owner is None:
            return []
        return [_recent(row) for row in self._store.recent_results(owner, limit)]

    def purge(self) -> PurgeReport:
        """Deletes expired results and orphans, and says how many."""
        return self._store.purge()

    def _expires_at(self, row: StoredResult) -> datetime | None:
        return row.created_at + timedelta(days=self._result_days) if self._result_days else None


def _files(classification: Classification) -> Mapping[str, StoredFile]:
    """The three model inputs and the small copy of the photo, by name."""
    images = {image_name(method): classification.photo.images[method] for method in RESIZE_METHODS}
    inputs = {name: encode_png(image, compress_level=QUICK) for name, image in images.items()}
    files = {name: StoredFile(name, "image/png", data) for name, data in inputs.items()}
    return files | {PHOTO: StoredFile(PHOTO, "image/jpeg", classification.photo.shown_jpeg)}


def _recent(row: StoredResult) -> RecentResult:
    best = top_predictions(softmax(row.logits), 1)[0]
    return RecentResult(id=row.id, class_index=best.class_index, score=best.score, created_at=row.created_at)
