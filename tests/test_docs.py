"""The docs say what the code does: links, commands, settings, addresses, errors, dependencies."""

import re
import subprocess
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path

import pytest
from flask import Flask

from vggweb import errors
from vggweb.config import Settings
from vggweb.core.weights.compact import compact_choice
from vggweb.errors import VggwebError
from vggweb.services.app import build_services
from vggweb.services.network import Network
from vggweb.web import create_app

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("vggweb/**/*.md")])
TABLE_ROW = re.compile(r"^\| (.+) \|$", re.MULTILINE)
# Hosts of package registries, and paths of one machine: neither belongs into the repository.
FOREIGN = re.compile(r"pypi\.org|pythonhosted|npmjs|deb\.debian|/root/|/home/|/work/")


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def rows(name: str) -> list[list[str]]:
    """The cells of a document's table rows, without their heads."""
    found = [row.split(" | ") for row in TABLE_ROW.findall(read(name))]
    return [cells for cells in found if not set(cells[0]) <= set("-| ")]


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    settings = replace(Settings.from_environ({}), data=tmp_path_factory.mktemp("docs"))
    services = build_services(settings, network=Network(compact_choice(), queue_limit=1))
    yield create_app(settings, services=services)
    services.store.close()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_to_a_file(document: Path) -> None:
    for target in re.findall(r"\]\(([^)]+)\)", document.read_text(encoding="utf-8")):
        if not target.startswith(("http://", "https://", "#")):
            assert (document.parent / target.split("#")[0]).exists(), target


def test_every_setting_is_documented_with_its_default_and_help() -> None:
    documented = [cells for cells in rows("docs/settings.md") if cells[0].startswith("`VGGWEB")]
    expected = [
        [f"`{item.metadata['name']}`", f"`{item.metadata['default']}`" if item.metadata["default"] else "empty"]
        for item in fields(Settings)
    ]
    assert [cells[:2] for cells in documented] == expected
    assert [cells[2] for cells in documented] == [item.metadata["help"] for item in fields(Settings)]


def test_every_address_is_documented_and_none_is_invented(app: Flask) -> None:
    documented = {(cells[0], cells[1].strip("`")) for cells in rows("docs/api.md") if cells[0] in {"GET", "POST"}}
    twins = {f"{address}.json" for _, address in documented}
    actual = set()
    for rule in app.url_map.iter_rules():
        address = re.sub(r"<[^:<>]+:", "<", rule.rule)
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            if address not in twins:
                actual.add((method, address))
    assert documented == actual


def test_json_is_promised_where_it_is_answered(app: Flask) -> None:
    promised = {(cells[0], f"{cells[1].strip('`')}.json") for cells in rows("docs/api.md") if "*JSON*" in cells[-1]}
    answered = {
        (method, re.sub(r"<[^:<>]+:", "<", rule.rule))
        for rule in app.url_map.iter_rules()
        if rule.rule.endswith(".json") and rule.rule != "/openapi.json"
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert promised == answered


def all_errors(kind: type[VggwebError] = VggwebError) -> Iterator[type[VggwebError]]:
    yield kind
    for below in kind.__subclasses__():
        yield from all_errors(below)


def test_every_errors_code_is_documented_under_its_status(app: Flask) -> None:
    documented = {
        (int(cells[0]), code)
        for cells in rows("docs/api.md")
        if cells[0].isdigit()
        for code in re.findall(r"`(\w+)`", cells[1])
    }
    stops_the_start = set(all_errors(errors.SetupError))
    assert documented == {(kind.status, kind.code) for kind in all_errors() if kind not in stops_the_start}


def test_the_tree_in_the_errors_docstring_is_the_tree_of_the_classes() -> None:
    drawn = set(re.findall(r"\w+Error", errors.__doc__ or ""))
    assert drawn == {kind.__name__ for kind in all_errors() if kind.__module__ == errors.__name__}


def test_every_dependency_has_its_reason_and_no_reason_is_left_over() -> None:
    required = set()
    for name in ("requirements.txt", "requirements-dev.txt"):
        required |= {re.sub(r"\[.*\]", "", found) for found in re.findall(r"^([\w\[\]-]+)==", read(name), re.MULTILINE)}
    reasoned = {name for cells in rows("docs/dependencies.md") for name in re.findall(r"`([\w-]+)`", cells[0])}
    assert reasoned == required


def test_every_requirement_is_pinned() -> None:
    for name in ("requirements.txt", "requirements-dev.txt", "constraints.txt"):
        for line in read(name).splitlines():
            if line and not line.startswith(("#", "-")):
                assert re.match(r"[\w\[\].-]+==[\w.]+", line), f"{name}: {line}"


def test_make_targets_and_flask_commands_that_are_named_exist(app: Flask) -> None:
    targets = set(re.findall(r"^(\w[\w-]*):", read("Makefile"), re.MULTILINE))
    for document in DOCUMENTS:
        text = document.read_text(encoding="utf-8")
        for target in re.findall(r"`(?:\w+=\S+ )?make (\w[\w-]*)`", text):
            assert target in targets, f"{document.name}: make {target}"
        for words in re.findall(r"(?:`|bin/)flask ((?:[a-z]+ ?)+)", text):
            assert words.split()[0] in app.cli.commands, f"{document.name}: flask {words}"


def test_the_readmes_first_picture_and_commands_stand_at_its_top() -> None:
    top = read("README.md").splitlines()[:8]
    assert "screenshots/result.webp" in "".join(top)
    assert "make run" in top


def test_ten_screenshots_show_the_pages() -> None:
    assert len(list((ROOT / "docs" / "screenshots").glob("*.webp"))) >= 10


def test_the_changelog_says_what_is_unreleased() -> None:
    assert "## Unreleased" in read("CHANGELOG.md")


def test_nothing_names_a_registrys_host_or_one_machines_paths() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split(
        "\n"
    )
    for name in filter(None, listed):
        path = ROOT / name
        if (
            path.suffix in {".py", ".md", ".txt", ".toml", ".html", ".css", ".js", ".sh", ""}
            and name != "tests/test_docs.py"
        ):
            found = FOREIGN.search(path.read_text(encoding="utf-8"))
            assert found is None, f"{name}: {found}"
