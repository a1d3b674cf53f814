"""A Dockerfile read into its stages and instructions."""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Stage:
    """What stands below one FROM.

    Attributes:
        name: after AS.
        parent: the image or the stage that it starts from.
        instructions: keyword in capitals and the rest of the line, continued lines joined.
    """

    name: str
    parent: str
    instructions: list[tuple[str, str]] = field(default_factory=list)

    def all(self, keyword: str) -> list[str]:
        """The rest of each instruction of that keyword, in their order."""
        return [rest for found, rest in self.instructions if found == keyword]


def read_stages(file: Path) -> dict[str, Stage]:
    """The stages by their names, in their order."""
    text = re.sub(r"^\s*#.*\n", "", file.read_text(encoding="utf-8"), flags=re.MULTILINE)
    text = re.sub(r"\\\n\s*", "", text)
    stages: dict[str, Stage] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        keyword, rest = line.split(None, 1)
        if keyword == "FROM":
            parent, name = re.split(r"\s+AS\s+", rest)
            stages[name] = Stage(name, parent)
        else:
            list(stages.values())[-1].instructions.append((keyword, rest))
    return stages


def lineage(stages: dict[str, Stage], name: str) -> list[Stage]:
    """The stage, its parent, and so on down to the one that starts from an image."""
    stage = stages[name]
    return [stage, *(lineage(stages, stage.parent) if stage.parent in stages else [])]


def words(command: str) -> list[str]:
    """The words of CMD in its JSON form."""
    return json.loads(command)
