"""TensorFlow is imported without a word, nothing of ours is lost, and Keras obeys us whatever the user's files say."""

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from vggweb.core.tensorflow_import import is_tensorflows, without_tensorflows_lines

ROOT = Path(__file__).resolve().parents[2]
TENSORFLOWS = b"""\
WARNING: All log messages before absl::InitializeLog() is called are written to STDERR
I0000 00:00:1795608491.203696    8064 port.cc:153] oneDNN custom operations are on.
2026-11-25 12:00:00.123456: I tensorflow/core/platform/cpu_feature_guard.cc:227] This TensorFlow binary is optimized.
To enable the following instructions: AVX2 AVX512F FMA, in other operations, rebuild TensorFlow.
E0000 00:00:1795608491.203696    8064 cuda_dnn.cc:8579] Unable to register cuDNN factory
"""
OURS = b'{"message": "GET /healthz"}\nTraceback (most recent call last):\nIn all: I0000 is no prefix\n\n'
LOGITS = """
import numpy as np
from vggweb.core.model import load_model
from vggweb.core.weights.compact import CompactWeights
print(load_model(CompactWeights()).logits(np.zeros((1, 224, 224, 3), np.float32)).tobytes().hex())
"""
KERAS_JSONS = {
    "another backend": '{"backend": "jax", "image_data_format": "channels_first", "floatx": "float16", "epsilon": 0.5}',
    "values that Keras refuses": '{"backend": "none", "image_data_format": "sideways", "floatx": "int8", "epsilon": 1}',
}
VARIABLES = {"KERAS_BACKEND": "torch", "KERAS_MAX_EPOCHS": "many", "KERAS_NNX_ENABLED": "true"}


def test_only_tensorflows_lines_are_kept_back(capfd: pytest.CaptureFixture[str]) -> None:
    with without_tensorflows_lines():
        os.write(2, TENSORFLOWS + OURS)
        subprocess.run([sys.executable, "-c", "import os; os.write(2, b'from a child\\n')"], check=True)
    os.write(2, TENSORFLOWS)  # afterwards everything goes its way again
    expected = OURS + b"from a child\n" + TENSORFLOWS
    assert capfd.readouterr().err == expected.decode()


def test_a_line_passes_before_the_import_is_over(tmp_path: Path) -> None:
    code = "import os, time; from vggweb.core.tensorflow_import import *\n"
    code += "with without_tensorflows_lines(): os.write(2, b'now\\n'); print(os.read(0, 1)); os._exit(0)"
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdin=-1, stdout=-1, stderr=-1) as process:
        assert process.stdin and process.stderr
        assert process.stderr.readline() == b"now\n"  # while it still waits for its input
        process.stdin.write(b"x")


def test_a_child_that_outlives_the_import_is_still_heard(tmp_path: Path) -> None:
    code = """
import subprocess, sys, threading
from vggweb.core.tensorflow_import import *
with without_tensorflows_lines():
    child = subprocess.Popen([sys.executable, "-c", "input(); import os; os.write(2, b'late')"], stdin=subprocess.PIPE)
child.communicate(b"go")
[thread.join() for thread in threading.enumerate() if thread.name == "stderr"]
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True)
    assert done.stderr == b"late"


def test_a_process_without_standard_error_imports_too() -> None:
    code = "import os; os.close(2)\nfrom vggweb.core.tensorflow_import import tf\nprint(tf.__name__)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True)
    assert done.stdout.split() == [b"tensorflow"]


def test_what_tensorflow_dies_of_is_heard() -> None:
    assert not is_tensorflows(
        b"F0000 00:00:1795608491.203696    8064 cpu_feature_guard.cc:99] needs AVX instructions\n"
    )


@pytest.mark.parametrize("name", KERAS_JSONS)
def test_somebody_elses_keras_settings_change_no_number_and_no_line_is_said(name: str, tmp_path: Path) -> None:
    (tmp_path / ".keras").mkdir()
    (tmp_path / ".keras" / "keras.json").write_text(KERAS_JSONS[name], encoding="utf-8")
    environ = {key: value for key, value in os.environ.items() if not key.startswith(("KERAS_", "TF_"))}

    def logits(**variables: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", LOGITS], cwd=ROOT, env=environ | variables, capture_output=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, b"")
        return done.stdout.decode()

    plain = {"HOME": str(tmp_path / "nobody")}
    assert logits(HOME=str(tmp_path), **VARIABLES) == logits(**plain)
    assert not (tmp_path / "nobody").exists(), "Keras wrote its file into the user's home"


def imported_at_run_time(tree: ast.AST) -> set[str]:
    """The top-level names of the packages that a module imports, those for the type checker alone left out."""
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            node.body = []
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    names = {alias.name for node in found if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in found if isinstance(node, ast.ImportFrom)}
    return {name.split(".")[0] for name in names}


def test_everybody_imports_tensorflow_through_the_one_door() -> None:
    importing = [
        file.relative_to(ROOT).as_posix()
        for file in sorted((ROOT / "vggweb").rglob("*.py"))
        if imported_at_run_time(ast.parse(file.read_text(encoding="utf-8"))) & {"keras", "tensorflow"}
    ]
    assert importing == ["vggweb/core/tensorflow_import.py"]


def test_the_file_names_what_keras_would_use_by_itself() -> None:
    settings = json.loads((ROOT / "vggweb/core/keras_home/keras.json").read_text(encoding="utf-8"))
    assert settings == {
        "floatx": "float32",
        "epsilon": 1e-7,
        "backend": "tensorflow",
        "image_data_format": "channels_last",
    }
