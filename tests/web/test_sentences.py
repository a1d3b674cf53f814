"""Every sentence for people can be translated: none stands bare in a template, in an error or outside its room."""

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.core.test_whatif import NAMES
from vggweb.core.attribution.methods import METHODS
from vggweb.core.optvis.recipes import RECIPES
from vggweb.core.preprocessing import RESIZE_METHODS
from vggweb.services.samples import SAMPLES
from vggweb.translations import read_catalogue
from vggweb.translations.extract import all_messages, error_sentences, sentence_arguments
from vggweb.web.sentences import drawings, result, samples, whatif, why

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
MODULES = sorted((ROOT / "vggweb").rglob("*.py"))
CODE = {"code", "pre", "style"}
SPOKEN_ATTRIBUTES = {"alt", "title", "placeholder", "aria-label", "aria-description"}
# Names and code, the same in every language.
SAME_EVERYWHERE = {"vgg", "web", "vggweb", "shape", "dtype", "openapi.json", "input.png", "SHA-"}
SAME_EVERYWHERE |= {"model.input", "None", "block", "pool", "flatten", "fc", "resize"}


class BareWords(HTMLParser):
    """Collects the words that a template says without marking them for translation."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._code = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._code += tag in CODE
        for name, value in attrs:
            if name in SPOKEN_ATTRIBUTES or (name == "content" and dict(attrs).get("name") == "description"):
                self._look_at(value or "")

    def handle_endtag(self, tag: str) -> None:
        self._code -= tag in CODE

    def handle_data(self, data: str) -> None:
        if not self._code:
            self._look_at(data)

    def _look_at(self, text: str) -> None:
        words = re.findall(r"[A-Za-z][A-Za-z.\-]+", text)
        self.found.extend(word for word in words if word.rstrip(".") not in SAME_EVERYWHERE)


def bare_words(source: str) -> list[str]:
    without_marks = re.sub(r"\{%-?\s*trans\b.*?endtrans\s*-?%\}|\{#.*?#\}", "", source, flags=re.DOTALL)
    without_jinja = re.sub(r"\{\{.*?\}\}|\{%.*?%\}", "", without_marks, flags=re.DOTALL)
    parser = BareWords()
    parser.feed(without_jinja)
    return parser.found


def bare_strings(source: str) -> Iterator[str]:
    """Strings with a space and a letter inside Jinja's own marks, which are sentences that nobody translates."""
    for mark in re.findall(r"\{\{.*?\}\}|\{%.*?%\}", source, flags=re.DOTALL):
        unmarked = re.sub(r"_\(\s*(\"[^\"]*\"|'[^']*')", "", mark)
        for _quote, text in re.findall(r"([\"'])(.*?)\1", unmarked):
            if re.search(r"[A-Za-z]{2,} [a-z]", text) and "%" not in text:
                yield text


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_template_says_a_word_that_cannot_be_translated(template: Path) -> None:
    source = template.read_text(encoding="utf-8")
    assert bare_words(source) == []
    assert list(bare_strings(source)) == []


def test_the_check_of_templates_finds_what_it_looks_for() -> None:
    assert bare_words('<p>Hello there</p><img alt="A cat">{{ _("fine") }}') == ["Hello", "there", "cat"]
    assert bare_words("{% trans %}fine{% endtrans %}<code>fine</code>") == []
    assert list(bare_strings('{{ tile("Feature map " ~ 5) }}{{ tile(_("Feature map of it")) }}')) == ["Feature map "]


@pytest.mark.parametrize("script", sorted((ROOT / "static" / "js").glob("*.js")), ids=lambda path: path.name)
def test_no_script_says_a_sentence_of_its_own(script: Path) -> None:
    """What scripts say stands in the page, translated."""
    source = re.sub(r"^\s*//.*$|//\s.*$", "", script.read_text(encoding="utf-8"), flags=re.MULTILINE)
    said = re.findall(r'["`]([A-Z][a-z]+(?: [^"`]*)?)["`]', source)
    assert [text for text in said if " " in text or f'textContent = "{text}' in source] == []


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_an_errors_sentence_is_a_template_and_not_put_together_beforehand(module: Path) -> None:
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            for argument in sentence_arguments(node):
                assert not isinstance(argument, ast.JoinedStr | ast.BinOp), f"{module.name}:{argument.lineno}"


def test_the_sentences_of_errors_are_found_where_they_are_written() -> None:
    module = ast.parse(
        "class BusyError(VggwebError):\n    default_message = 'Busy.'\n"
        "raise NotFoundError('No %(name)s.', 'Look again.', name=1)\nraise SettingError('For operators.')\n"
    )
    assert sorted(error_sentences(module)) == ["Busy.", "Look again.", "No %(name)s."]


def test_what_has_a_name_in_the_core_has_words_on_the_pages() -> None:
    assert set(why.METHODS) == set(METHODS)
    assert set(result.RESIZE_METHODS) == set(RESIZE_METHODS)
    assert set(samples.CAPTIONS) == {sample.name for sample in SAMPLES}
    assert set(drawings.RECIPES) == set(RECIPES)


def test_every_preparation_that_is_compared_has_words() -> None:
    assert set(whatif.PREPARATIONS) == set(NAMES)


def test_a_translation_names_the_values_that_its_sentence_names() -> None:
    for message in read_catalogue("zh"):
        for translated in [message.string] if isinstance(message.string, str) else message.string:
            if translated:
                wanted = re.findall(r"%\(\w+\)[sd]", message.id if isinstance(message.id, str) else message.id[-1])
                assert sorted(set(re.findall(r"%\(\w+\)[sd]", translated))) == sorted(set(wanted)), translated


def test_the_command_finds_what_templates_code_and_errors_say() -> None:
    said = {message.id for message in all_messages(ROOT)}
    assert "What does a neural network see in your photo?" in said
    assert "As Keras loads it" in said
    assert "No photo arrived." in said
    assert "%(name)s can be %(values)s." in said
    assert "docs/settings.md lists the settings and their values." not in said  # only operators read it, in English
