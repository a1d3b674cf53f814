"""What pyproject.toml asks for, and what the compiled requirements files say."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Pin:
    """One entry of a compiled file.

    Attributes:
        requirement: the name with its exact version and its marker.
        hashes: of all its files.
    """

    requirement: Requirement
    hashes: tuple[str, ...]

    @property
    def version(self) -> str:
        """The one version that is allowed."""
        return next(iter(self.requirement.specifier)).version


def project() -> dict[str, Any]:
    """The whole of pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def direct_requirements() -> list[Requirement]:
    """What vggweb itself asks for: to run, for its extras and in its groups."""
    read = project()
    lists = [read["project"]["dependencies"]]
    lists += read["project"]["optional-dependencies"].values()
    lists += read["dependency-groups"].values()
    return [Requirement(text) for texts in lists for text in texts if isinstance(text, str)]


def pins(name: str) -> dict[str, Pin]:
    """The entries of a compiled file, by the canonical name of the package."""
    text = re.sub(r"\\\n", " ", (ROOT / name).read_text(encoding="utf-8"))
    found: dict[str, Pin] = {}
    for line in text.splitlines():
        if line and not line.startswith((" ", "#")):
            requirement, *hashes = line.split(" --hash=")
            pin = Pin(Requirement(requirement.strip()), tuple(one.strip() for one in hashes))
            found[canonicalize_name(pin.requirement.name)] = pin
    return found
