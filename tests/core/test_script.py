"""The script that a page offers is run, and gives the page's numbers."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.web.uploads import make_result
from vggweb.core.weights.compact import FILES, FOLDER


@pytest.mark.parametrize(("sample", "resize"), [("temple", "keras"), ("flower", "crop")])
def test_the_script_reproduces_the_pages_numbers(client: FlaskClient, tmp_path: Path, sample: str, resize: str) -> None:
    made = make_result(client, sample, resize=resize)
    (tmp_path / "script.py").write_text(client.get(f"/r/{made['id']}/keras.py").text, encoding="utf-8")
    (tmp_path / "input.png").write_bytes(client.get(f"/r/{made['id']}/input.png").data)
    for name in FILES:
        shutil.copy(FOLDER / name, tmp_path)
    _give_keras_its_class_names(tmp_path)
    environ = os.environ | {"KERAS_HOME": str(tmp_path / "keras"), "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run(
        [sys.executable, "script.py"],
        cwd=tmp_path,
        env=environ,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    printed = re.findall(r"^(\S+) +([\d.]+)$", done.stdout, re.MULTILINE)
    assert [label for label, _ in printed] == [prediction["label"] for prediction in made["predictions"]]
    for (_, score), prediction in zip(printed, made["predictions"], strict=True):
        assert float(score) == pytest.approx(prediction["score"], abs=2e-4)


def _give_keras_its_class_names(folder: Path) -> None:
    """What decode_predictions would download: the class table in the form of Keras's own file."""
    import json

    from vggweb.core.classes import all_classes

    models = folder / "keras" / "models"
    models.mkdir(parents=True)
    table = {str(entry.class_index): [entry.wnid, entry.label] for entry in all_classes()}
    (models / "imagenet_class_index.json").write_text(json.dumps(table), encoding="utf-8")
