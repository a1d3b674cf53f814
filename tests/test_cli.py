"""The command line, run as a user runs it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import SAMPLES

ROOT = Path(__file__).resolve().parents[1]
FLASK = [sys.executable, "-m", "flask", "--app", "app"]


def run(*arguments: str, data: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    """Runs ``flask`` in a process of its own."""
    settings = {"VGGWEB_DATA": str(data), "VGGWEB_WEIGHTS": "compact", **environ}
    return subprocess.run(
        [*FLASK, *arguments],
        check=False,
        cwd=ROOT,
        env=os.environ | settings,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_classify_prints_the_table_that_decode_predictions_gives(tmp_path: Path) -> None:
    done = run("classify", str(SAMPLES / "cat.jpg"), "--top", "2", data=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[1].split() == ["n02124075", "Egyptian_cat", "0.7948"]
    assert done.stdout.splitlines()[2].split()[1] == "tabby"
    assert len(done.stdout.splitlines()) == 3


def test_a_command_that_starts_tensorflow_says_our_words_alone(tmp_path: Path) -> None:
    settings = {"VGGWEB_ENGINE": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "0", "KERAS_BACKEND": "jax"}
    done = run("classify", str(SAMPLES / "cat.jpg"), "--json", data=tmp_path, **settings)
    assert (done.returncode, done.stderr) == (0, "")
    assert [json.loads(line)["predictions"][0]["label"] for line in done.stdout.splitlines()] == ["Egyptian_cat"]


def test_classify_json_gives_one_object_a_line_and_a_bad_photo_exit_code_2(tmp_path: Path) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_bytes((SAMPLES / "cat.jpg").read_bytes()[:5000])
    photos = (str(SAMPLES / "coffee.jpg"), str(broken), str(SAMPLES / "temple.jpg"))
    done = run("classify", *photos, "--json", "--resize", "crop", data=tmp_path)
    assert done.returncode == 2
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["predictions"][0]["label"] for line in lines] == ["espresso", "palace"]
    assert lines[0]["resize"] == "crop"
    assert lines[0]["model"]["variant"] == "compact"
    assert "broken.jpg: The file stops before the picture" in done.stderr
    assert "Traceback" not in done.stderr


def test_classify_of_a_missing_file_says_so(tmp_path: Path) -> None:
    done = run("classify", str(tmp_path / "no.jpg"), data=tmp_path)
    assert done.returncode == 2
    assert "cannot be read" in done.stderr
    assert done.stdout == ""


def test_purge_reports_what_it_deleted(tmp_path: Path) -> None:
    done = run("results", "purge", data=tmp_path)
    assert (done.returncode, done.stdout) == (0, "Deleted 0 expired results and 0 orphaned pictures.\n")


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("VGGWEB_WEIGHTS", "/nowhere/weights.h5", "There is no weights file"),
        ("VGGWEB_MAX_PIXELS", "many", "VGGWEB_MAX_PIXELS is 'many', and must be a number"),
        ("VGGWEB_ENGINE", "fast", "must be one of auto, ncnn, tensorflow"),
        ("VGGWEB_RATE_LIMIT", "often", "must read like 60/minute"),
        ("VGGWEB_LOG_LEVEL", "LOUD", "must be one of DEBUG"),
        ("VGGWEB_DATABASE_URL", "nonsense", "no SQLAlchemy URL"),
        ("VGGWEB_DATA", "/proc/nowhere", "cannot be made or written to"),
    ],
)
def test_a_setting_that_cannot_be_stops_a_command_with_a_sentence(
    tmp_path: Path, name: str, value: str, sentence: str
) -> None:
    done = run("results", "purge", data=tmp_path, **{name: value})
    assert done.returncode != 0
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_filters_render_draws_once_and_writes_a_png(tmp_path: Path) -> None:
    target = tmp_path / "filter.png"
    arguments = ("filters", "render", "block1_conv1", "3", "--recipe", "classic", "-o", str(target))
    first = run(*arguments, data=tmp_path / "data")
    assert first.returncode == 0, first.stderr
    drawn = target.read_bytes()
    assert drawn.startswith(b"\x89PNG")
    target.unlink()
    assert run(*arguments, data=tmp_path / "data").returncode == 0
    assert target.read_bytes() == drawn


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("block9_conv1", "3"), "VGG16 has no layer of that name."),
        (("block1_pool", "3"), "block1_pool is a pooling"),
        (("block1_conv1", "64"), "block1_conv1 has the filters 0 to 63, and no 64."),
    ],
)
def test_filters_render_says_what_is_not_there(tmp_path: Path, arguments: tuple[str, str], sentence: str) -> None:
    done = run("filters", "render", *arguments, data=tmp_path)
    assert done.returncode == 2
    assert sentence in done.stderr


def test_filters_sheet_goes_on_where_it_stopped(tmp_path: Path) -> None:
    first = run("filters", "sheet", "block1_conv1", "--limit", "3", data=tmp_path)
    assert first.stdout == "block1_conv1: 3 of 64 filters are drawn.\n", first.stderr
    second = run("filters", "sheet", "block1_conv1", "--limit", "2", "-o", str(tmp_path / "s.webp"), data=tmp_path)
    assert second.stdout == "block1_conv1: 5 of 64 filters are drawn.\n", second.stderr
    assert (tmp_path / "s.webp").read_bytes()[8:12] == b"WEBP"


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere every name is UTF-8")
def test_a_file_whose_name_is_no_utf_8_is_classified_like_any_other(tmp_path: Path) -> None:
    name = os.fsencode(tmp_path) + b"/gr\xfc\xdfe.jpg"  # as an old disk in Latin-1 has it
    Path(os.fsdecode(name)).write_bytes((SAMPLES / "cat.jpg").read_bytes())
    for options in ([], ["--json"]):
        done = run("classify", *options, os.fsdecode(name), "missing.jpg", data=tmp_path)
        assert "gr��e.jpg" in done.stdout
        assert done.stderr.startswith("missing.jpg: The file cannot be read.")
        assert done.returncode == 2
