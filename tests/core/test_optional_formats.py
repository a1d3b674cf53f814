"""JPEG XL is read when its plugin is there; without it everything else works, and such a file is called by its name."""

import io
import subprocess
import sys
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

import tests.photo_files  # noqa: F401 - registers the encoders
from vggweb.core.formats import FORMAT_NAMES

WITHOUT_PLUGIN = """
import sys
sys.modules["pillow_jxl"] = None
from vggweb.core.formats import FORMAT_NAMES, format_of, name_of_unread_format
import vggweb.core.images
file = sys.stdin.buffer.read()
print(*FORMAT_NAMES, sep=",")
print(format_of(file), name_of_unread_format(file))
"""


@pytest.mark.parametrize("use_container", [False, True])
def test_without_the_plugin_a_jpeg_xl_file_is_called_by_its_name(use_container: bool) -> None:
    file = io.BytesIO()
    PIL.Image.fromarray(np.zeros((8, 8, 3), np.uint8)).save(file, "JXL", use_container=use_container)
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_PLUGIN],
        input=file.getvalue(),
        cwd=Path(__file__).resolve().parents[2],
        capture_output=True,
        check=True,
    )
    names, answer = done.stdout.decode().splitlines()
    assert names.split(",") == [name for name in FORMAT_NAMES if name != "JPEG XL"]
    assert answer == "None a JPEG XL picture"
