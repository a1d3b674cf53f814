"""The embedded compact weights: VGG16's own 13 convolutions and a small classifier made for this project."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open

from vggweb.core.architecture import CONVOLUTION_PARAMETERS, CONVOLUTIONS
from vggweb.core.weights import Accuracy, LayerValues, Weights, WeightsFile, WeightsInfo
from vggweb.errors import WeightsError

FOLDER = Path(__file__).parent

# Sizes and hashes as MODEL_CARD.md gives them.
FILES = {
    "vgg16_conv.safetensors": "b353c16527ad64d08786518af6e8bc6442970c480bbbb258a05645528482d960",
    "compact_head.safetensors": "8a7a9d348c3616ca5874981043de368ff5bd8df500ce6e47c1999c3bd168f417",
}
SIZES_BYTES = {"vgg16_conv.safetensors": 29_431_752, "compact_head.safetensors": 3_875_704}
HEAD_CHANNELS = 1280  # width of the classifier's 1 × 1 convolution
FEATURE_MAXIMUM = 6.0  # its features are clipped to [0, 6] before they are averaged
HEAD_PARAMETERS = (512 + 1) * HEAD_CHANNELS + (HEAD_CHANNELS + 1) * 1000

HEAD_LAYERS = ("head_conv", "predictions")
LAYER_NAMES = (*(layer.name for layer in CONVOLUTIONS), *HEAD_LAYERS)

_MEASURED = "vggweb's model card: 1,000 ILSVRC-2012 validation photos, numbers 1 to 1,000, none used in training"


@dataclass(frozen=True)
class CompactWeights(Weights):
    """The pair of embedded files: named by the SHA-256 over their hashes, one a line."""

    variant = "compact"
    sha256: str = hashlib.sha256("\n".join(FILES.values()).encode()).hexdigest()

    @property
    def info(self) -> WeightsInfo:
        """What the model card says of them."""
        return WeightsInfo(
            variant=self.variant,
            sha256=self.sha256,
            files=tuple(WeightsFile(name, SIZES_BYTES[name], sha256) for name, sha256 in FILES.items()),
            parameter_count=CONVOLUTION_PARAMETERS + HEAD_PARAMETERS,
            source=(
                "The 13 convolutions are those of Simonyan and Zisserman (2014, arXiv:1409.1556), as Keras's "
                'VGG16(weights="imagenet", include_top=False) has them, rounded to float16. '
                "The small classifier on top was made for this project."
            ),
            licence=(
                "Convolutions: released by the Visual Geometry Group, Oxford, under CC BY 4.0. The classifier learned "
                "from the answers of EfficientNet-Lite2 (Apache 2.0)."
            ),
            limits=(
                "The classifier is not VGG16's own fc1, fc2 and predictions: the features are VGG16's, the "
                "probabilities are not. It is usually right or nearly right, and less often than the full VGG16."
            ),
            accuracy=(
                Accuracy("keras: squashed to 224 × 224, nearest neighbour", 0.521, 0.788, _MEASURED, 0.074),
                Accuracy("bilinear: squashed to 224 × 224, smoothly", 0.523, 0.789, _MEASURED, 0.066),
                Accuracy("crop: shorter side 256, centre 224", 0.566, 0.823, _MEASURED, 0.072),
            ),
        )

    def layers(self, *names: str) -> Iterator[LayerValues]:
        """The named layers, or all 15: head_conv's kernel is (1, 1, 512, 1280), that of predictions (1280, 1000)."""
        for name in names or LAYER_NAMES:
            file = "compact_head.safetensors" if name in HEAD_LAYERS else "vgg16_conv.safetensors"
            kernel, bias = _read(file, f"{name}/kernel"), _read(file, f"{name}/bias")
            yield LayerValues(name, kernel[None, None] if name == "head_conv" else kernel, bias)


def check_compact_files() -> None:
    """Nothing, if both embedded files are there and whole.

    Raises:
        WeightsError: a file is missing, cannot be read or has another hash.
    """
    for name, expected in FILES.items():
        try:
            with (FOLDER / name).open("rb") as file:
                actual = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise WeightsError(
                f"The embedded weights file {name} cannot be read.", "Restore it from the repository."
            ) from error
        if actual != expected:
            raise WeightsError(
                f"The embedded weights file {name} is damaged: its SHA-256 is not the one in the model card.",
                "Restore it from the repository.",
            )


def _read(file: str, tensor: str) -> NDArray[np.float32]:
    try:
        with safe_open(FOLDER / file, framework="numpy") as tensors:
            values: NDArray[np.float32] = tensors.get_tensor(tensor).astype(np.float32)
    except (OSError, SafetensorError) as error:
        raise WeightsError(
            f"The embedded weights file {file} cannot be read.", "Restore it from the repository."
        ) from error
    return values
