"""Every sentence that is said to people, found in the code and the templates.

In Python, a sentence is what stands in ``gettext``, ``_``, ``lazy_gettext`` and ``ngettext``; in the templates also
what stands in ``{% trans %}``. Errors need no mark: their classes' ``default_message`` and ``default_hint`` are found,
and so is what is written where one is raised. Neither do the model cards of the weights, whose JSON is English.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir

from vggweb.errors import SetupError, VggwebError

KEYWORDS = {"_": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2), "lazy_ngettext": (1, 2)}
ERROR_SENTENCES = ("default_message", "default_hint")
MODEL_CARD = ("source", "licence", "limits")


def all_messages(root: Path) -> Catalog:
    """The catalogue of everything that is said, nothing translated.

    Args:
        root: the folder that holds ``vggweb/`` and ``templates/``.
    """
    catalogue = Catalog(project="vggweb", version="1")
    for folder, method, pattern in (("vggweb", "python", "**.py"), ("templates", "jinja2", "**.html")):
        options = {pattern: {"trimmed": "true", "silent": "false"}}
        found = extract_from_dir(root / folder, [(pattern, method)], options, keywords=KEYWORDS)
        for name, _line, message, comments, context in found:
            catalogue.add(message, None, [(f"{folder}/{name}", 1)], auto_comments=comments, context=context)
    for file in sorted((root / "vggweb").rglob("*.py")):
        for sentence in error_sentences(ast.parse(file.read_text(encoding="utf-8"))):
            catalogue.add(sentence, None, [(str(file.relative_to(root)), 1)])
    return catalogue


def error_sentences(module: ast.Module) -> Iterator[str]:
    """What a module's errors say: the defaults of their classes, and what is written where they are raised."""
    for node in ast.walk(module):
        if isinstance(node, ast.ClassDef) and node.name not in _told_to_operators():
            yield from _default_sentences(node)
        elif isinstance(node, ast.Call):
            yield from filter(None, map(_text, [*sentence_arguments(node), *model_card_arguments(node)]))


def sentence_arguments(call: ast.Call) -> list[ast.expr]:
    """The message and the hint that a call gives to an error; nothing for other calls."""
    if _called(call) not in _told_to_people():
        return []
    return [*call.args[:2], *(one.value for one in call.keywords if one.arg in {"message", "hint"})]


def model_card_arguments(call: ast.Call) -> list[ast.expr]:
    """What a call says of weights: their source, licence, limits, and how they were measured."""
    if _called(call) == "Accuracy":
        return [*call.args, *(one.value for one in call.keywords)]
    if _called(call) == "WeightsInfo":
        return [one.value for one in call.keywords if one.arg in MODEL_CARD]
    return []


def _called(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else ""


def _default_sentences(node: ast.ClassDef) -> Iterator[str]:
    for line in node.body:
        names = [line.target] if isinstance(line, ast.AnnAssign) else getattr(line, "targets", [])
        is_sentence = any(isinstance(name, ast.Name) and name.id in ERROR_SENTENCES for name in names)
        sentence = _text(getattr(line, "value", None))
        if is_sentence and sentence:
            yield sentence


def _text(node: ast.expr | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _told_to_people() -> set[str]:
    return {kind.__name__ for kind in _family(VggwebError)} - _told_to_operators()


def _told_to_operators() -> set[str]:
    """The errors that only the command line prints, which speaks English."""
    return {kind.__name__ for kind in _family(SetupError)}


def _family(kind: type[VggwebError]) -> Iterator[type[VggwebError]]:
    yield kind
    for child in kind.__subclasses__():
        yield from _family(child)
