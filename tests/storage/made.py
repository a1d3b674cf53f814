"""Results and pictures to put into a store."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np

from vggweb.core.photo_facts import PhotoFacts
from vggweb.storage import StoredFile, StoredResult

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def result(result_id: str = "a" * 22, **changes: Any) -> StoredResult:
    """A result with logits of its own, a few fields changed."""
    logits = np.random.default_rng(len(result_id)).normal(size=1000).astype(np.float32)
    made = StoredResult(
        id=result_id,
        created_at=NOON,
        resize="keras",
        variant="compact",
        weights_sha256="0" * 64,
        logits=logits,
        owner="owner",
        photo=PhotoFacts(640, 480, "JPEG", was_rotated=True, had_transparency=False),
    )
    return replace(made, **changes)


def pictures(data: bytes = b"\x89PNG\x00\xff") -> dict[str, StoredFile]:
    """The photo and one model input."""
    return {
        "photo": StoredFile(name="photo", media_type="image/jpeg", data=data),
        "image-keras": StoredFile(name="image-keras", media_type="image/png", data=data[::-1]),
    }
