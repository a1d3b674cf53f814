"""Reads the repository's documents: their tables, code blocks and links, each with its place."""

import re
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_LISTED = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
TRACKED = [ROOT / name for name in _LISTED]
DOCUMENTS = sorted(
    {*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *(file for file in TRACKED if file.suffix == ".md")}
)
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Row:
    """A row of a table, and where it stands."""

    place: str
    cells: list[str]


def place(document: Path, text: str, position: int) -> str:
    """Such as ``docs/api.md:12``."""
    return f"{document.relative_to(ROOT)}:{text.count(chr(10), 0, position) + 1}"


def read(name: str) -> str:
    """The text of a file of the repository."""
    return (ROOT / name).read_text(encoding="utf-8")


def rows(name: str) -> list[Row]:
    """A document's table rows, heads included."""
    text = read(name)
    found = re.finditer(r"^\| (.+) \|$", text, re.MULTILINE)
    return [Row(place(ROOT / name, text, match.start()), match[1].split(" | ")) for match in found]


def fenced(*languages: str) -> Iterator[tuple[str, str]]:
    """The lines of the documents' code blocks in these languages, each with its place."""
    for document in DOCUMENTS:
        text = document.read_text(encoding="utf-8")
        for block in FENCE.finditer(text):
            if block[1] in languages:
                for line in re.finditer(r"^.+$", block[2], re.MULTILINE):
                    yield place(document, text, block.start(2) + line.start()), line[0]


def json_examples() -> Iterator[tuple[str, str]]:
    """The JSON objects in the documents' code blocks, each with its place; one begins where a line begins with {."""
    for document in DOCUMENTS:
        text = document.read_text(encoding="utf-8")
        for block in FENCE.finditer(text):
            if block[1] == "json":
                for example in re.finditer(r"^\{.*?(?=^\{|\Z)", block[2], re.MULTILINE | re.DOTALL):
                    yield place(document, text, block.start(2) + example.start()), example[0]


def mentioned(pattern: str, files: Iterable[Path] = DOCUMENTS) -> Iterator[tuple[str, str]]:
    """What the files say that looks like this, the pattern's first group, each with its place."""
    for file in files:
        try:
            text = file.read_text(encoding="utf-8")
        except (UnicodeDecodeError, FileNotFoundError):  # a picture or weights; deleted, and not committed yet
            continue
        for match in re.finditer(pattern, text, re.MULTILINE):
            yield place(file, text, match.start()), match[1]


def none_of(complaints: Iterable[str]) -> None:
    """Fails with all complaints at once."""
    found = sorted(complaints)
    assert not found, "\n" + "\n".join(found)


def differences(documented: dict[object, str], actual: set[object], document: str) -> Iterator[str]:
    """What the document (item → place) lacks, and what it invents."""
    for item in actual - set(documented):
        yield f"{document} lacks {item}"
    for item in set(documented) - actual:
        yield f"{documented[item]}: {item} is not in the code"


def headings(document: Path) -> set[str]:
    """The anchors that a document's headings have on the usual hosts."""
    lines = re.findall(r"^#+ (.+)$", document.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", line.lower()).replace(" ", "-") for line in lines}
