"""Where templates and static files lie: beside the package in a clone, inside it once it is installed."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def shared_folder(name: str) -> Path:
    """The folder of that name: inside the installed package if it is there, else beside it."""
    inside = PACKAGE / name
    return inside if inside.is_dir() else PACKAGE.parent / name


TEMPLATES = shared_folder("templates")
STATIC = shared_folder("static")
