"""The requirements files are compiled from pyproject.toml, with hashes; nothing under the GPL is among what runs."""

import re
from collections.abc import Iterator
from importlib import metadata

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.documents import none_of
from tests.requirements_files import Pin, direct_requirements, every_pin, pins, project

FILES = ("requirements.txt", "requirements-dev.txt", "requirements-web.txt")
GPL = re.compile(r"(?<![L])\bGPL|(?<!Lesser )General Public License", re.IGNORECASE)
GPL_LIBRARIES = re.compile(r"x26[45]")


@pytest.mark.parametrize("name", FILES)
def test_every_requirement_is_pinned_and_hashed(name: str) -> None:
    for pin in every_pin(name):
        assert [one.operator for one in pin.requirement.specifier] == ["=="], f"{name}: {pin.name}"
        assert pin.hashes, f"{name}: {pin.name}"
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", one) for one in pin.hashes), f"{name}: {pin.name}"


def test_the_files_hold_what_the_project_asks_for() -> None:
    running = [Requirement(text) for text in project()["project"]["dependencies"]]
    none_of(unmet(running, "requirements.txt"))
    none_of(unmet(direct_requirements(), "requirements-dev.txt"))
    without = [requirement for requirement in running if not is_tensorflows(requirement.name)]
    none_of(unmet(without, "requirements-web.txt"))


def unmet(asked: list[Requirement], name: str) -> Iterator[str]:
    compiled = pins(name)
    for requirement in asked:
        pin = compiled.get(canonicalize_name(requirement.name))
        if pin is None or not requirement.specifier.contains(pin.version):
            yield f"{name} lacks {requirement}: make requirements"


def is_tensorflows(name: str) -> bool:
    return name.startswith(("tensorflow", "keras"))


@pytest.mark.parametrize("name", ["requirements-dev.txt", "requirements-web.txt"])
def test_the_files_agree_on_every_version(name: str) -> None:
    running: dict[str, set[str]] = {}
    for pin in every_pin("requirements.txt"):
        running.setdefault(pin.name, set()).add(pin.version)
    none_of(
        f"{pin.name}: {running[pin.name]} and, in {name}, {pin.version}"
        for pin in every_pin(name)
        if pin.name in running and pin.version not in running[pin.name]
    )


def test_a_web_node_installs_no_tensorflow() -> None:
    assert pins("requirements-web.txt").keys() < pins("requirements.txt").keys()
    none_of(name for name in pins("requirements-web.txt") if is_tensorflows(name) or name in {"grpcio", "libclang"})


def installed_to_run() -> Iterator[tuple[Pin, metadata.Distribution]]:
    """Everything that requirements.txt installs on this platform."""
    for pin in pins("requirements.txt").values():
        if pin.fits:
            yield pin, metadata.distribution(pin.requirement.name)


def stated_licences(distribution: metadata.Distribution) -> str:
    """What the package says of its licence, in whichever field; a whole text in the field counts by its first line."""
    read = distribution.metadata
    classifiers = [one for one in read.get_all("Classifier", ()) if one.startswith("License")]
    free_text = (read["License"] or "").splitlines()[:1]
    return "; ".join([read["License-Expression"] or "", *free_text, *classifiers])


def test_nothing_that_runs_is_under_the_gpl() -> None:
    none_of(
        f"{pin.requirement.name}: {stated_licences(distribution)}"
        for pin, distribution in installed_to_run()
        if GPL.search(stated_licences(distribution))
    )


def test_no_wheel_that_runs_brings_a_gpl_library_along() -> None:
    none_of(
        f"{pin.requirement.name}: {file}"
        for pin, distribution in installed_to_run()
        for file in distribution.files or ()
        if GPL_LIBRARIES.search(file.name)
    )


def test_the_check_would_see_the_gpl() -> None:
    assert GPL.search(stated_licences(metadata.distribution("pillow-jxl-plugin")))
    assert any(GPL_LIBRARIES.search(file.name) for file in metadata.distribution("pillow-heif").files or ())
    assert not GPL.search(stated_licences(metadata.distribution("psycopg")))


def test_the_installed_versions_are_the_pinned_ones() -> None:
    none_of(
        f"{pin.requirement.name}: {distribution.version} instead of {pin.version}"
        for pin, distribution in installed_to_run()
        if distribution.version != pin.version
    )
