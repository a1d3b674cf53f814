"""The Chinese catalogue says every sentence that the code and the templates say, with the same placeholders."""

import re
from collections import Counter
from pathlib import Path

from babel.messages.catalog import Message

from vggweb.translations import read_catalogue
from vggweb.translations.extract import all_messages

ROOT = Path(__file__).resolve().parents[1]
CHINESE = re.compile("[\u4e00-\u9fff]")
MESSAGES = [message for message in all_messages(ROOT) if message.id]
SAME_IN_BOTH = {"Cookies", "%(number)s %%"}


def key(message: Message) -> str:
    """The English sentence; of one that counts, its singular."""
    return message.id if isinstance(message.id, str) else message.id[0]


SENTENCES = {key(message) for message in MESSAGES}


def translated() -> dict[str, tuple[str, ...]]:
    """The Chinese forms of each sentence."""
    found = {}
    for message in read_catalogue("zh"):
        forms = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
        if message.id:
            found[key(message)] = forms
    return found


def placeholders(text: str) -> Counter[str]:
    """What is filled in, and the marks of HTML."""
    return Counter(re.findall(r"%\(\w+\)s|%%|\{\w+\}|</?\w+", text))


def test_every_sentence_is_translated() -> None:
    known = translated()
    assert len(MESSAGES) > 700
    assert [key(one) for one in MESSAGES if not all(known.get(key(one), ()) or ("",))] == []


def test_translations_fill_in_the_same() -> None:
    others = [
        (sentence, form)
        for sentence, forms in translated().items()
        for form in forms
        if sentence in SENTENCES and placeholders(form) != placeholders(sentence)
    ]
    assert others == []


def test_sentences_of_several_words_are_in_chinese() -> None:
    known = translated()
    english = [
        sentence
        for sentence in map(key, MESSAGES)
        if sentence.count(" ") > 1 and sentence not in SAME_IN_BOTH and not CHINESE.search("".join(known[sentence]))
    ]
    assert english == []
