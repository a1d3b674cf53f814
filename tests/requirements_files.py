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
    def name(self) -> str:
        """The canonical name of the package."""
        return canonicalize_name(self.requirement.name)

    @property
    def version(self) -> str:
        """The one version that is allowed."""
        return next(iter(self.requirement.specifier)).version

    @property
    def fits(self) -> bool:
        """Whether it is meant for the Python and the platform that the tests run on."""
        return self.requirement.marker is None or self.requirement.marker.evaluate()


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


def every_pin(name: str) -> list[Pin]:
    """The entries of a compiled file; a package can have several, for different versions of Python."""
    text = re.sub(r"\\\n", " ", (ROOT / name).read_text(encoding="utf-8"))
    lines = (line for line in text.splitlines() if line and not line.startswith((" ", "#")))
    parts = (line.split(" --hash=") for line in lines)
    return [Pin(Requirement(first.strip()), tuple(one.strip() for one in hashes)) for first, *hashes in parts]


def pins(name: str) -> dict[str, Pin]:
    """The entries of a compiled file by their canonical names; of several the one that is meant for here."""
    found = every_pin(name)
    return {pin.name: pin for pin in sorted(found, key=lambda pin: pin.fits)}
