"""The Dockerfile makes two small images, and the compose file starts them with everything they need."""

import re
from dataclasses import fields
from typing import Any

import pytest
import yaml

from tests.deploy.dockerfile import Stage, lineage, read_stages, words
from tests.documents import none_of
from tests.servers import ROOT
from vggweb.config import Settings

STAGES = read_stages(ROOT / "deploy" / "Dockerfile")
COMPOSE = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text(encoding="utf-8"))
IMAGES = ("web", "worker")
KEYWORDS = {"ENV", "RUN", "COPY", "WORKDIR", "USER", "CMD", "EXPOSE", "HEALTHCHECK", "STOPSIGNAL"}


def sources(stage: Stage) -> list[tuple[str | None, list[str]]]:
    """For each COPY the stage it takes from (None: the repository) and what it takes."""
    found = []
    for line in stage.all("COPY"):
        origin = re.match(r"--from=(\S+)\s+", line)
        found.append((origin[1] if origin else None, line[origin.end() if origin else 0 :].split()[:-1]))
    return found


def test_every_instruction_is_one() -> None:
    none_of(f"{s.name}: {keyword}" for s in STAGES.values() for keyword, _ in s.instructions if keyword not in KEYWORDS)


def test_every_copied_file_is_there_and_let_through() -> None:
    ignored = (ROOT / "deploy" / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    known: list[str] = []
    for stage in STAGES.values():
        for origin, paths in sources(stage):
            if origin:
                assert origin in known, f"{stage.name} copies from {origin}"
                continue
            for path in paths:
                assert (ROOT / path).exists(), path
                assert f"!{path}" in ignored, path
        known.append(stage.name)


@pytest.mark.parametrize("name", IMAGES)
def test_an_image_runs_as_nobody_and_has_no_compiler(name: str) -> None:
    stages = lineage(STAGES, name)
    users = [user for stage in stages for user in stage.all("USER")]
    assert users == ["10001"]
    commands = " ".join(command for stage in stages for command in stage.all("RUN"))
    assert "pip" not in commands  # packages are put together in a stage of their own
    assert not re.search(
        r"apt|gcc|build-essential|curl", " ".join(one for s in STAGES.values() for one in s.all("RUN"))
    )


def installed(name: str) -> set[str]:
    """The requirements files that the image's packages come from."""
    copied = [origin for stage in lineage(STAGES, name) for origin, _ in sources(stage) if origin]
    runs = [run for origin in copied for stage in lineage(STAGES, origin) for run in stage.all("RUN")]
    pips = [run for run in runs if "install" in run]
    assert all("--require-hashes" in run and "--only-binary=:all:" in run for run in pips)
    return {file for run in pips for file in re.findall(r"requirements[\w-]*\.txt", run)}


def test_only_the_workers_image_has_tensorflow() -> None:
    assert installed("web") == {"requirements-web.txt"}
    assert "requirements.txt" in installed("worker")


def test_the_images_start_what_make_starts() -> None:
    recipes = re.findall(r"^\t.*\$\(BIN\)/(.+)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    for name in IMAGES:
        command = " ".join(words(STAGES[name].all("CMD")[0]))  # make names a line of work behind it
        assert any(recipe.startswith(command) for recipe in recipes)


def services() -> dict[str, dict[str, Any]]:
    return COMPOSE["services"]


def test_compose_builds_both_images_and_runs_them_on_a_read_only_root() -> None:
    assert set(services()) == {"nginx", "web", "worker", "postgres", "redis"}
    for name in IMAGES:
        service = services()[name]
        assert service["build"]["target"] == name
        assert (ROOT / "deploy" / service["build"]["context"] / service["build"]["dockerfile"]).is_file()
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert {one.split(":")[0] for one in service["tmpfs"]} == {"/tmp", "/data"}


def test_compose_sets_settings_that_exist() -> None:
    known = {item.metadata["name"] for item in fields(Settings)}
    given = {name for service in IMAGES for name in services()[service]["environment"]}
    assert given <= known
    assert services()["web"]["environment"]["VGGWEB_DATABASE_URL"].startswith("postgresql+psycopg://")


def test_compose_waits_for_what_says_that_it_is_healthy_and_mounts_what_is_there() -> None:
    for service in services().values():
        for name in service.get("depends_on", {}):
            assert "healthcheck" in services()[name] or STAGES[name].all("HEALTHCHECK")
        for volume in service.get("volumes", ()):
            source = volume.split(":")[0]
            assert source in COMPOSE["volumes"] or (ROOT / "deploy" / source).exists(), source


def test_no_secret_stands_in_the_compose_file() -> None:
    environments = [service["environment"] for service in services().values() if "environment" in service]
    secret = [value for each in environments for name, value in each.items() if re.search("SECRET|PASSWORD", name)]
    assert secret
    assert all(value.startswith("${") and ":?" in value for value in secret)
