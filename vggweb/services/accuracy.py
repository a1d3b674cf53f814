"""Measures how often the weights are right on photos whose labels are known."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vggweb.core.accuracy import Tally
from vggweb.core.classes import all_classes
from vggweb.core.predictions import softmax
from vggweb.core.preprocessing import RESIZE_METHODS, ResizeMethod, to_batch
from vggweb.decoding import PhotoReader
from vggweb.errors import SettingError
from vggweb.services.model_host import ModelHost

_WNID = re.compile(r"n\d{8}")


@dataclass(frozen=True)
class LabelledPhoto:
    """A photo's file and what it shows.

    Attributes:
        path: of the file.
        class_index: 0-999.
    """

    path: Path
    class_index: int


@dataclass(frozen=True)
class MeasuredAccuracy:
    """How good the answers to one preparation were.

    Attributes:
        preparation: the way of resizing.
        photos: how many were counted.
        top1: share in [0, 1] whose first word is right.
        top5: share in [0, 1] with the right word among the first five.
        mean_confidence: mean probability of the first words, in [0, 1].
        calibration_error: expected calibration error over ten bins, in [0, 1].
    """

    preparation: ResizeMethod
    photos: int
    top1: float
    top5: float
    mean_confidence: float
    calibration_error: float


def labelled_photos(folder: Path) -> tuple[LabelledPhoto, ...]:
    """The files below the folder whose own name, or else whose folder's name, holds the id of one of the 1000 words.

    Raises:
        SettingError: there is no such folder, or no such file in it.
    """
    indices = {entry.wnid: entry.class_index for entry in all_classes()}
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    found = tuple(LabelledPhoto(path, indices[wnid]) for path in files if (wnid := _wnid_of(path)) in indices)
    if not found:
        raise SettingError(
            f"No photo in {folder} says what it shows.",
            "Name photos or their folders by WordNet ids such as n02123045.",
        )
    return found


def _wnid_of(path: Path) -> str:
    match = _WNID.search(path.name) or _WNID.fullmatch(path.parent.name)
    return match[0] if match else ""


class AccuracyMeter:
    """Asks the model about one photo after the other, in each preparation, and keeps count."""

    def __init__(self, model_host: ModelHost, photo_reader: PhotoReader) -> None:
        self._model = model_host.load()
        self._photo_reader = photo_reader
        self._tallies: dict[ResizeMethod, Tally] = {method: Tally() for method in RESIZE_METHODS}

    def add(self, data: bytes, class_index: int) -> None:
        """Counts the answers to one photo's bytes.

        Raises:
            PhotoError: they cannot be read as a photo, which is not counted.
        """
        images = self._photo_reader.read(data).images
        batch = np.concatenate([to_batch(images[method]) for method in RESIZE_METHODS])
        for tally, probabilities in zip(self._tallies.values(), softmax(self._model.logits(batch)), strict=True):
            tally.add(probabilities, class_index)

    def rows(self) -> tuple[MeasuredAccuracy, ...]:
        """What has been counted, a preparation each."""
        return tuple(
            MeasuredAccuracy(
                preparation=method,
                photos=len(tally.ranks),
                top1=tally.top1,
                top5=tally.top5,
                mean_confidence=tally.mean_confidence,
                calibration_error=tally.calibration_error,
            )
            for method, tally in self._tallies.items()
        )


def table_lines(rows: Iterable[MeasuredAccuracy]) -> Iterator[str]:
    """The lines of a Markdown table like the one in docs/accuracy.md."""
    yield "| preparation | top-1 | top-5 | calibration error |"
    yield "|---|---|---|---|"
    for row in rows:
        yield f"| `{row.preparation}` | {row.top1:.1%} | {row.top5:.1%} | {row.calibration_error:.3f} |"
