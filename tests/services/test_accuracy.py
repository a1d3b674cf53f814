"""Photos labelled by their names or folders, and the command that measures on them."""

import json
import shutil
from pathlib import Path

import pytest

from tests.conftest import SAMPLES
from tests.test_cli import run
from vggweb.errors import SettingError
from vggweb.services.accuracy import labelled_photos

EGYPTIAN_CAT, ESPRESSO, PALACE = "n02124075", "n07920052", "n03877845"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A cat and a cup that the weights know, and a temple whose label, palace, comes second unless cut out."""
    folder = tmp_path / "photos"
    (folder / PALACE).mkdir(parents=True)
    shutil.copy(SAMPLES / "cat.jpg", folder / f"{EGYPTIAN_CAT}_1.JPEG")
    shutil.copy(SAMPLES / "coffee.jpg", folder / f"val_00000002_{ESPRESSO}.jpg")
    shutil.copy(SAMPLES / "temple.jpg", folder / PALACE / "any.jpg")
    shutil.copy(SAMPLES / "rocket.jpg", folder / "unlabelled.jpg")
    return folder


def test_a_photo_is_labelled_by_its_name_or_else_its_folder(folder: Path) -> None:
    found = {photo.path.name: photo.class_index for photo in labelled_photos(folder)}
    assert found == {f"{EGYPTIAN_CAT}_1.JPEG": 285, f"val_00000002_{ESPRESSO}.jpg": 967, "any.jpg": 698}


def test_a_folder_without_labels_is_refused_with_a_hint(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="WordNet ids such as n02123045"):
        labelled_photos(tmp_path)


def test_the_command_prints_the_table_of_the_three_preparations(folder: Path, tmp_path: Path) -> None:
    done = run("weights", "measure", str(folder), data=tmp_path)
    assert done.returncode == 0, done.stderr
    cells = {line.split("|")[1].strip(): line.split("|")[2:4] for line in done.stdout.splitlines()[2:]}
    assert cells["`keras`"] == [" 66.7% ", " 100.0% "]
    assert cells["`crop`"] == [" 100.0% ", " 100.0% "]


def test_a_broken_photo_is_named_and_the_others_are_counted(folder: Path, tmp_path: Path) -> None:
    (folder / f"{ESPRESSO}_broken.jpg").write_bytes((SAMPLES / "coffee.jpg").read_bytes()[:4000])
    done = run("weights", "measure", str(folder), "--json", data=tmp_path)
    assert done.returncode == 2
    assert "_broken.jpg: The file stops" in done.stderr
    measured = json.loads(done.stdout)
    assert measured["model"]["variant"] == "compact"
    assert [(row["preparation"], row["photos"]) for row in measured["preparations"]] == [
        ("keras", 3),
        ("bilinear", 3),
        ("crop", 3),
    ]
