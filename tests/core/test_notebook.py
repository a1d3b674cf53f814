"""The notebook is valid, and its cells give the page's numbers when they are run from top to bottom."""

import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import numpy as np
import PIL.Image

from vggweb.core.notebook import notebook
from vggweb.core.predictions import softmax, top_predictions
from vggweb.core.preprocessing import to_batch
from vggweb.core.weights.compact import FILES, FOLDER
from vggweb.services.model_host import ModelHost

IMAGE = np.random.default_rng(3).integers(0, 256, (224, 224, 3)).astype(np.uint8)


def made(model_host: ModelHost) -> bytes:
    encoded = io.BytesIO()
    PIL.Image.fromarray(IMAGE).save(encoded, "PNG")
    predictions = top_predictions(softmax(model_host.model().logits(to_batch(IMAGE))[0]), 5)
    return notebook(
        encoded.getvalue(),
        url="http://localhost/r/x",
        weights_url="http://localhost/weights",
        is_compact=True,
        predictions=predictions,
    )


def test_the_notebook_is_valid(model_host: ModelHost) -> None:
    nbformat.validate(json.loads(made(model_host)))


def test_its_cells_run_from_top_to_bottom_and_agree_with_the_page(model_host: ModelHost, tmp_path: Path) -> None:
    done = run(made(model_host), tmp_path)
    assert done.returncode == 0, done.stderr
    assert "The same as on the page." in done.stdout
    assert "preprocess_input  (1, 224, 224, 3)" in done.stdout


def test_it_would_notice_other_numbers(model_host: ModelHost, tmp_path: Path) -> None:
    document = json.loads(made(model_host))
    cell = document["cells"][-1]
    cell["source"] = cell["source"].replace("EXPECTED = [(", "EXPECTED = [(0, 0.9), (")
    assert run(json.dumps(document).encode(), tmp_path).returncode != 0


def run(data: bytes, folder: Path) -> subprocess.CompletedProcess[str]:
    """Runs the code cells in one process, with the weights beside them."""
    for name in FILES:
        shutil.copy(FOLDER / name, folder)
    code = [cell["source"] for cell in json.loads(data)["cells"] if cell["cell_type"] == "code"]
    (folder / "cells.py").write_text("\n\n".join(code), encoding="utf-8")
    environ = os.environ | {"KERAS_HOME": str(folder / "keras"), "TF_CPP_MIN_LOG_LEVEL": "3"}
    return subprocess.run(
        [sys.executable, "cells.py"], cwd=folder, env=environ, capture_output=True, text=True, timeout=120, check=False
    )


def test_with_the_official_weights_keras_fetches_them() -> None:
    data = notebook(
        b"png", url="http://localhost/r/x", weights_url="", is_compact=False, predictions=top_predictions(ones(), 5)
    )
    code = "\n".join(cell["source"] for cell in json.loads(data)["cells"] if cell["cell_type"] == "code")
    assert 'VGG16(weights="imagenet", classifier_activation=None)' in code
    assert "safetensors" not in code


def ones() -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    return np.full(1000, 0.001, np.float32)
