"""A result to take home: everything in one zip file."""

import io
import zipfile
from collections.abc import Mapping

from vggweb.services.explanations import Explanations, heatmap_png, overlay_png
from vggweb.services.open_result import OpenResult
from vggweb.services.result import CHANNEL_NAMES

HEATS = 2  # of the first words, so that there is something to compare
UNCOMPRESSED = (".png", ".jpg")  # compressed already


def heatmaps(result: OpenResult, explanations: Explanations) -> dict[str, bytes]:
    """PNG files of where the evidence for the first words lies, alone and over the input, by name."""
    files: dict[str, bytes] = {}
    for prediction in result.describe(top=HEATS).predictions:
        explanation = explanations.find(result, "grad_cam", prediction.class_index)
        name = f"heatmaps/grad_cam_{prediction.class_index}_{prediction.label}"
        files[f"{name}.png"] = overlay_png(result, explanation)
        files[f"{name}_alone.png"] = heatmap_png(explanation)
    return files


def archive(result: OpenResult, explanations: Explanations, made: Mapping[str, bytes]) -> bytes:
    """The zip's bytes: the photo, the input, its channels, the heat maps, and what is given.

    Args:
        result: which is packed.
        explanations: where the heat maps come from.
        made: more files by name, such as ``result.json`` and the notebook.
    """
    channels = {f"channels/{name}.png": result.channel_png(name) for name in CHANNEL_NAMES}
    pictures = {"photo.jpg": result.photo_jpg(), "input.png": result.input_png()} | channels
    return pack({**made, **pictures, **heatmaps(result, explanations)})


def pack(files: Mapping[str, bytes]) -> bytes:
    """A zip of files by name; pictures are stored as they are."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in files.items():
            file.writestr(name, data, zipfile.ZIP_STORED if name.endswith(UNCOMPRESSED) else zipfile.ZIP_DEFLATED)
    return packed.getvalue()
