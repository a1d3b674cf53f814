"""The docs say what the code does: links, commands, settings, addresses, errors, dependencies, numbers."""

import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import fields, replace

import click
import pytest
from flask import Flask
from werkzeug.exceptions import HTTPException

from tests.documents import (
    ROOT,
    TRACKED,
    Row,
    differences,
    fenced,
    headings,
    json_examples,
    mentioned,
    none_of,
    read,
    rows,
)
from tests.requirements_files import direct_requirements
from vggweb import errors
from vggweb.config import Settings
from vggweb.core.weights.compact import CompactWeights
from vggweb.errors import VggwebError
from vggweb.services.model_host import ModelHost
from vggweb.startup import build_services
from vggweb.web import create_app
from vggweb.web.routing import contract_of, schemas

COMMAND = re.compile(r"(?:\.venv/bin/)?flask (.+)")
# Hosts of package registries, and paths of one machine: neither belongs into the repository.
HOSTS = ("pypi" + r"\.org", "pythonhosted" + r"\.", "npmjs" + r"\.", "deb" + r"\.debian")
FOLDERS = r"(?<![\w.])/(?:root|home|work)" + r"/\w"
FOREIGN = f"({'|'.join((*HOSTS, FOLDERS))})"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    settings = replace(Settings.from_environ({}), data=tmp_path_factory.mktemp("docs"))
    services = build_services(settings, model_host=ModelHost(CompactWeights(), queue_limit=1))
    yield create_app(settings, services=services)
    services.store.close()


def test_every_link_leads_to_a_file_and_a_heading() -> None:
    def complaints() -> Iterator[str]:
        for where, target in mentioned(r"\]\(([^)\s]+)\)"):
            if target.startswith(("http://", "https://")):
                continue
            source = ROOT / where.rsplit(":", 1)[0]
            path, _, anchor = target.partition("#")
            file = (source.parent / path) if path else source
            if not file.exists():
                yield f"{where}: there is no file {target}"
            elif anchor and anchor not in headings(file):
                yield f"{where}: {file.name} has no heading #{anchor}"

    none_of(complaints())


def test_every_file_that_is_named_is_there() -> None:
    named = mentioned(r"`((?:vggweb|tests|docs|static|templates|benchmarks)/[\w./-]*)`")
    made = {"benchmarks/latest.json"}
    none_of(f"{where}: there is no {name}" for where, name in named if name not in made and not (ROOT / name).exists())


def test_the_map_leads_from_every_address_to_the_file_of_its_view(app: Flask) -> None:
    table = {
        unnamed(span): row.cells[1].strip("`")
        for row in rows("docs/architecture.md")
        if row.cells[0].startswith("`/")
        for span in re.findall(r"`([^`]+)`", row.cells[0])
    }

    def complaints() -> Iterator[str]:
        for rule in app.url_map.iter_rules():
            address = unnamed(rule.rule.removesuffix(".json") if rule.rule != "/openapi.json" else rule.rule)
            fitting = [one for one in table if one == address or (one[-1] == "…" and address.startswith(one[:-1]))]
            file = app.view_functions[rule.endpoint].__module__.replace(".", "/") + ".py"
            if not fitting or table[max(fitting, key=len)] != file:
                yield f"docs/architecture.md does not lead from {rule.rule} to {file}"

    none_of(complaints())


def unnamed(address: str) -> str:
    """The address with all its parts called alike."""
    return re.sub(r"<[^>]+>", "<>", address)


def test_every_setting_is_documented_with_its_default_and_help() -> None:
    documented = {row.cells[0]: row for row in rows("docs/settings.md") if row.cells[0].startswith("`VGGWEB")}
    actual = {f"`{item.metadata['name']}`": item.metadata for item in fields(Settings)}
    places: dict[object, str] = {name: row.place for name, row in documented.items()}
    none_of(differences(places, set(actual), "docs/settings.md"))
    assert list(documented) == list(actual), (
        "docs/settings.md lists the settings in another order than vggweb/config.py"
    )
    for name, metadata in actual.items():
        default = f"`{metadata['default']}`" if metadata["default"] else "empty"
        assert documented[name].cells[1:] == [default, metadata["help"]], documented[name].place


def test_every_setting_that_is_named_exists() -> None:
    known = {item.metadata["name"] for item in fields(Settings)}
    none_of(f"{where}: {name} is no setting" for where, name in mentioned(r"\b(VGGWEB_\w+)") if name not in known)


def plain(rule: str) -> str:
    """A route's rule without its converters: ``/r/<result_id>``."""
    return re.sub(r"<[^:<>]+:", "<", rule)


def routes(app: Flask) -> set[tuple[str, str]]:
    """Method and address of every route."""
    methods = ((rule, method) for rule in app.url_map.iter_rules() for method in rule.methods or ())
    return {(method, plain(rule.rule)) for rule, method in methods if method not in {"HEAD", "OPTIONS"}}


def documented_routes() -> dict[tuple[str, str], Row]:
    """Method and address → row of docs/api.md."""
    found = [row for row in rows("docs/api.md") if row.cells[0] in {"GET", "POST"}]
    addresses = {(row.cells[0], row.cells[1].strip("`")): row for row in found}
    assert len(addresses) == len(found), "docs/api.md lists an address twice"
    return addresses


def test_every_address_is_documented_and_none_is_invented(app: Flask) -> None:
    documented = documented_routes()
    twins = {(method, f"{address}.json") for method, address in documented}
    places: dict[object, str] = {key: row.place for key, row in documented.items()}
    none_of(differences(places, set(routes(app) - twins), "docs/api.md"))


def test_json_is_promised_where_it_is_answered(app: Flask) -> None:
    promised: dict[object, str] = {
        (method, f"{address}.json"): row.place
        for (method, address), row in documented_routes().items()
        if row.cells[-1].startswith("*JSON*")
    }
    twins: set[object] = {key for key in routes(app) if key[1].endswith(".json") and key not in documented_routes()}
    none_of(differences(promised, twins, "docs/api.md (*JSON*)"))


def all_errors(kind: type[VggwebError] = VggwebError) -> Iterator[type[VggwebError]]:
    yield kind
    for below in kind.__subclasses__():
        yield from all_errors(below)


def test_every_errors_code_is_documented_under_its_status(app: Flask) -> None:
    documented: dict[object, str] = {
        (int(row.cells[0]), code): row.place
        for row in rows("docs/api.md")
        if row.cells[0].isdigit()
        for code in re.findall(r"`(\w+)`", row.cells[1])
    }
    stops_the_start = set(all_errors(errors.SetupError))
    actual = {(kind.status, kind.code) for kind in all_errors() if kind not in stops_the_start}
    none_of(differences(documented, set(actual), "docs/api.md"))


def test_the_tree_in_the_errors_docstring_is_the_tree_of_the_classes() -> None:
    drawn = set(re.findall(r"(\w+Error)(?:\s+(\d+) (\w+))?", errors.__doc__ or ""))
    actual = {
        kind.__name__: (str(kind.status), kind.code)
        for kind in all_errors()
        if kind.__module__.startswith(errors.__name__)
    }
    assert {name for name, _, _ in drawn} == set(actual)
    none_of(
        f"{name} is drawn as {status} {code}" for name, status, code in drawn if code and actual[name] != (status, code)
    )


def test_every_dependency_has_its_reason_and_no_reason_is_left_over() -> None:
    reasoned = {name: row for row in rows("docs/dependencies.md") for name in re.findall(r"^`([\w-]+)`$", row.cells[0])}
    places: dict[object, str] = {name: row.place for name, row in reasoned.items()}
    none_of(differences(places, {requirement.name for requirement in direct_requirements()}, "docs/dependencies.md"))
    for row in reasoned.values():
        assert len(row.cells) == 5 and all(row.cells), f"{row.place}: a row has five cells"
        assert re.fullmatch(r"20\d\d-[01]\d", row.cells[3]), f"{row.place}: the last release is a year and a month"


def test_every_make_target_that_is_named_exists() -> None:
    targets = set(re.findall(r"^(\w[\w-]*):", read("Makefile"), re.MULTILINE))
    named = mentioned(r"(?:`|^)(?:\w+=\S+ )?make (\w[\w-]*)")
    none_of(f"{where}: the Makefile has no target {name}" for where, name in named if name not in targets)


def subcommand(app: Flask, words: list[str]) -> tuple[click.Command | None, list[str]]:
    """The command that the words name, and the words after its name."""
    command: click.Command | None = app.cli
    while isinstance(command, click.Group) and words and words[0][0] != "-":
        command, words = command.commands.get(words[0]), words[1:]
    return command, words


def test_every_flask_command_that_is_named_exists(app: Flask) -> None:
    named = mentioned(r"`(?:\.venv/bin/)?flask ([^`]+)`")
    words = ((where, [word for word in text.split() if word != "…"]) for where, text in named)
    missing = ((where, text) for where, text in words if text and subcommand(app, list(text))[0] is None)
    none_of(f"{where}: there is no command flask {' '.join(text)}" for where, text in missing)


def test_every_flask_command_line_can_be_read(app: Flask) -> None:
    def complaints() -> Iterator[str]:
        for where, line in fenced("sh"):
            match = COMMAND.fullmatch(line.split(" #")[0].strip())
            if match is None:
                continue
            command, words = subcommand(app, shlex.split(match[1]))
            try:
                assert command is not None, "no such command"
                command.make_context(command.name, words)
            except (click.ClickException, AssertionError) as error:
                yield f"{where}: {line}: {error}"

    none_of(complaints())


def complaint_about_curl(app: Flask, line: str) -> str | None:
    """Why this curl command would not do what the docs say; None if it would."""
    path = re.search(r"http://127\.0\.0\.1:8000([^\s'\"?]*)", line)
    if path is None:
        return "no address of this server"
    fields_sent = set(re.findall(r"-F (\w+)=", line))
    method = "POST" if fields_sent or "-X POST" in line else "GET"
    try:
        address = re.sub(r"\$[A-Z_]+", "aaaaaaaa", path[1])
        endpoint, _ = app.url_map.bind("127.0.0.1:8000").match(address, method=method)
    except HTTPException as error:
        return f"{method} is answered by {error.code}"
    contract = contract_of(app.view_functions[endpoint])
    taken = set(schemas(contract.reads) if contract.reads else ()) | set(contract.json.files if contract.json else ())
    return f"no field {sorted(fields_sent - taken)}" if fields_sent - taken else None


def test_every_curl_line_asks_an_address_that_answers(app: Flask) -> None:
    lines = [(where, line) for where, line in fenced("sh") if line.startswith("curl")]
    assert lines
    found = ((where, line, complaint_about_curl(app, line)) for where, line in lines)
    none_of(f"{where}: {line}: {complaint}" for where, line, complaint in found if complaint)


def test_every_json_example_has_a_shape_that_the_app_answers(app: Flask) -> None:
    schemas = app.test_client().get("/openapi.json").get_json()["components"]["schemas"].values()
    shapes = [set(schema.get("properties", ())) for schema in schemas]

    def complaints() -> Iterator[str]:
        for where, text in json_examples():
            try:
                keys = set(json.loads(text))
            except ValueError as error:
                yield f"{where}: {error}"
                continue
            if not any(keys <= shape for shape in shapes):
                yield f"{where}: nothing that the app answers has all of {sorted(keys)}"

    none_of(complaints())


def test_the_accuracies_are_those_of_the_weights_and_of_the_model_card() -> None:
    accuracies = CompactWeights().info.accuracy
    measured = [f"{one.top1:.1%} | {one.top5:.1%} | {one.calibration_error:.3f}" for one in accuracies]
    for name in ("docs/accuracy.md", "vggweb/core/weights/MODEL_CARD.md"):
        stated = [" | ".join(row.cells[1:]) for row in rows(name) if row.cells[2:3] and row.cells[2].endswith("%")]
        assert stated == measured, name


def test_the_benchmarks_aims_are_those_of_the_code() -> None:
    code = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "benchmarks").glob("*.py"))
    compared = [row.cells for row in rows("docs/benchmarks.md") if len(row.cells) == 4]
    documented = {cells[2] for cells in compared if re.fullmatch(r"\d\.\d+", cells[2])}
    assert documented == set(re.findall(r"aim=(\d\.\d+)", code))


def test_every_measured_ratio_stands_in_a_section_that_names_its_command_and_its_date() -> None:
    for section in re.split(r"^## ", read("docs/benchmarks.md"), flags=re.MULTILINE)[1:]:
        if re.search(r"\| \d", section):
            title = section.splitlines()[0]
            assert re.search(r"`make bench`|-m benchmarks", section), f"docs/benchmarks.md, {title}: by which command?"
            assert re.search(r"20\d\d-\d\d-\d\d", section), f"docs/benchmarks.md, {title}: when?"


def test_the_readmes_picture_and_command_stand_at_its_top() -> None:
    top = read("README.md").splitlines()[:10]
    assert "screenshots/result.webp" in "".join(top)
    assert "make run" in top
    assert "http://127.0.0.1:8000" in "".join(top)


def test_at_least_ten_screenshots_show_the_pages_and_none_is_heavy() -> None:
    pictures = list((ROOT / "docs" / "screenshots").glob("*.webp"))
    assert len(pictures) >= 10
    none_of(f"{picture.name} is over 400 KB" for picture in pictures if picture.stat().st_size > 400_000)


def test_the_changelog_says_what_is_unreleased() -> None:
    unreleased = re.search(r"^## Unreleased\n(.*?)(?=^## |\Z)", read("CHANGELOG.md"), re.MULTILINE | re.DOTALL)
    assert unreleased and "\n- " in unreleased[1], "CHANGELOG.md: nothing stands under ## Unreleased"


def test_nothing_names_a_registrys_host_or_one_machines_paths() -> None:
    none_of(f"{where}: {found}" for where, found in mentioned(FOREIGN, TRACKED))
