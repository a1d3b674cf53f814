"""``python -m vggweb.translations``: brings every catalogue up to what the code and the templates say now.

What is translated stays; what is new is added, empty; what is no longer said is kept at the end, commented out.
"""

import sys
from pathlib import Path

from babel.messages.pofile import write_po

from vggweb.translations import FOLDER, catalogue_file, read_catalogue
from vggweb.translations.extract import all_messages


def update(language: str, root: Path) -> int:
    """How many sentences the language lacks, after its catalogue was brought up to date."""
    catalogue = read_catalogue(language)
    catalogue.update(all_messages(root), no_fuzzy_matching=True, update_creation_date=False)
    with catalogue_file(language).open("wb") as file:
        write_po(file, catalogue, width=100, omit_header=False, include_lineno=False)
    return sum(not any(_forms(message.string)) for message in catalogue if message.id)


def _forms(string: object) -> tuple[object, ...]:
    return string if isinstance(string, tuple) else (string,)


def main() -> None:
    """Updates each language and prints what it lacks."""
    root = FOLDER.parents[1]
    for language in sorted(path.name for path in FOLDER.iterdir() if catalogue_file(path.name).exists()):
        sys.stdout.write(f"{language}: {update(language, root)} sentences are not translated.\n")


if __name__ == "__main__":
    main()
