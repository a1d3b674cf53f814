"""A Jupyter notebook that reproduces a result's numbers from top to bottom, with the model input inside it.

The file follows nbformat 4.5 (https://nbformat.readthedocs.io/en/latest/format_description.html). It asks the network
for nothing but the weights, and for them only where they do not lie beside it.
"""

import base64
import json
from collections.abc import Sequence
from string import Template
from typing import Any

from vggweb.core.classes import all_classes
from vggweb.core.predictions import Prediction
from vggweb.core.script import COMPACT_MODEL, IMAGENET_MODEL, SOFTMAX

_INTRODUCTION = Template("""\
# What VGG16 did with one photo

This notebook computes the numbers of <$url> again, step by step, on your own computer.
$requirements""")

_INPUT = Template('''\
import base64
import io

import numpy as np
import PIL.Image

# The exact model input of the page, 224 × 224 pixels, as a PNG file in letters.
INPUT_PNG = """
$input_png
"""
img = PIL.Image.open(io.BytesIO(base64.b64decode(INPUT_PNG)))
img''')

_BATCH = """\
from keras.applications.vgg16 import preprocess_input
from keras.utils import img_to_array

x = img_to_array(img)
print("img_to_array     ", x.shape, x[0, 0])

x = np.expand_dims(x, axis=0)
print("expand_dims      ", x.shape, x[0, 0, 0])

x = preprocess_input(x)
print("preprocess_input ", x.shape, x[0, 0, 0])"""

_WEIGHTS_FILES = Template("""\
from pathlib import Path
from urllib.request import urlretrieve

for name in ("vgg16_conv.safetensors", "compact_head.safetensors"):
    if not Path(name).exists():
        urlretrieve("$weights_url/" + name, name)""")

_PREDICT = Template("""\
$softmax

preds = softmax(model.predict(x, verbose=0))
print("predict          ", preds.shape, "sum", preds.sum())""")

_WORDS = Template('''\
# The 1000 words in the order of their indices: what Keras's decode_predictions downloads.
WORDS = """$words""".split()
EXPECTED = $expected  # class index and probability, as the page shows them

for index in np.argsort(-preds[0])[:$count]:
    print(f"{index:4} {WORDS[index]:24} {preds[0, index]:.4f}")

for index, score in EXPECTED:
    assert abs(preds[0, index] - score) < 0.002, (index, score, preds[0, index])
print("The same as on the page.")''')

_COMPACT_REQUIREMENTS = """\
The page was answered by vggweb's compact weights: VGG16's own convolutions with a small classifier.

Needs: `pip install tensorflow pillow safetensors`"""
_IMAGENET_REQUIREMENTS = """\
Needs: `pip install tensorflow pillow`. Keras downloads its weights (553 MB) the first time."""


def notebook(
    input_png: bytes, *, url: str, weights_url: str, is_compact: bool, predictions: Sequence[Prediction]
) -> bytes:
    """The notebook's file, JSON in UTF-8.

    Args:
        input_png: the model input, uint8 (224, 224, 3), as a PNG file.
        url: the result page's absolute address.
        weights_url: the address below which the compact weights' files can be had by name.
        is_compact: whether the compact weights answered; else Keras's ImageNet weights.
        predictions: what the page shows, best first.
    """
    cells = [
        _markdown(
            _INTRODUCTION.substitute(
                url=url, requirements=_COMPACT_REQUIREMENTS if is_compact else _IMAGENET_REQUIREMENTS
            )
        ),
        _markdown("## The input\n\nThe photo as the network gets it: squashed or cropped to 224 × 224 pixels."),
        _code(_INPUT.substitute(input_png="\n".join(_lines(base64.b64encode(input_png).decode())))),
        _markdown("## The batch\n\nFloats, a leading 1, blue before green before red, and ImageNet's mean taken off."),
        _code(_BATCH),
        _markdown("## The network"),
        *_model_cells(weights_url, is_compact=is_compact),
        _markdown("## The answer\n\nScores, and from them 1000 probabilities that sum to 1."),
        _code(_PREDICT.substitute(softmax=SOFTMAX.strip())),
        _code(_words_cell(predictions)),
    ]
    metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    numbered = [cell | {"id": f"cell-{number:02}"} for number, cell in enumerate(cells, start=1)]
    document = {"cells": numbered, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def _model_cells(weights_url: str, *, is_compact: bool) -> list[dict[str, Any]]:
    if not is_compact:
        return [_code("from keras.applications.vgg16 import VGG16\n\n" + IMAGENET_MODEL.strip())]
    imports = "import keras\nfrom keras.applications.vgg16 import VGG16\nfrom safetensors.numpy import load_file\n\n"
    return [
        _code(_WEIGHTS_FILES.substitute(weights_url=weights_url)),
        _code(imports + COMPACT_MODEL.strip()),
    ]


def _words_cell(predictions: Sequence[Prediction]) -> str:
    return _WORDS.substitute(
        words="\n".join(_lines(" ".join(entry.label for entry in all_classes()), at_spaces=True)),
        expected=[(one.class_index, round(one.score, 4)) for one in predictions],
        count=len(predictions),
    )


def _lines(text: str, *, width: int = 100, at_spaces: bool = False) -> list[str]:
    """The text in lines of about that width, cut anywhere, or after spaces."""
    if not at_spaces:
        return [text[start : start + width] for start in range(0, len(text), width)]
    lines = [""]
    for word in text.split():
        if len(lines[-1]) > width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def _markdown(source: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": source}


def _code(source: str) -> dict[str, Any]:
    return {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": source}
