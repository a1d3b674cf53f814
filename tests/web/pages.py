"""The one helper that gets a page and checks what must hold of every page."""

import re
from html.parser import HTMLParser
from itertools import pairwise
from typing import cast
from xml.etree.ElementTree import Element

import tinyhtml5
from flask.testing import FlaskClient
from tinyhtml5.parser import HTMLParser as Html5Parser
from werkzeug.test import TestResponse

LABELLED = ("input", "select", "textarea")
WITHOUT_LABEL = ("hidden", "submit", "button")
GOOD_LINK_STATUSES = (200, 303)


class Page:
    """A page that passed the checks.

    Attributes:
        html: its source.
        root: its tree, as a browser would build it.
    """

    def __init__(self, html: str, root: Element) -> None:
        self.html = html
        self.root = root

    @property
    def text(self) -> str:
        """What a reader reads, white space folded."""
        body = self.root.find("body")
        assert body is not None
        return re.sub(r"\s+", " ", "".join(body.itertext()))

    def all(self, tag: str) -> list[Element]:
        """The elements of that name, in order."""
        return list(self.root.iter(tag))


def get_page(client: FlaskClient, address: str, *, status: int = 200, follow: bool = True) -> Page:
    """The page at an address, after checking it; `follow`: also that what it links to answers."""
    with client.get(address) as answered:
        response = cast(TestResponse, answered)
        assert response.status_code == status, response.text
        assert response.mimetype == "text/html"
        html = response.text
    return check_page(client, html, follow=follow)


def check_page(client: FlaskClient, html: str, *, follow: bool = True) -> Page:
    """The page of this HTML, if it is right: valid, named, labelled, without inline code, its links answer."""
    page = Page(html, _parse(html))
    _check_source(html)
    _check_structure(page)
    _check_ids(page)
    _check_labels(page)
    _check_no_inline_code(page)
    _check_addresses(client, page, follow=follow)
    return page


def _parse(html: str) -> Element:
    """The tree; every error that HTML5's parsing rules know is an error here."""
    parser = Html5Parser(namespace_html_elements=False)
    root: Element = parser.parse(html)
    assert parser.errors == [], parser.errors
    assert tinyhtml5.parse(html, namespace_html_elements=False) is not None
    return root


def _check_source(html: str) -> None:
    """Every tag that opens closes again, in order: what a forgiving parser would mend is found here."""
    checker = _Nesting()
    checker.feed(html)
    assert checker.open == []
    assert html.startswith("<!doctype html>")
    assert "{{" not in html
    assert "{%" not in html


class _Nesting(HTMLParser):
    VOID = frozenset(("br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"))

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"<{tag}> has an attribute twice"
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag


def _check_structure(page: Page) -> None:
    assert page.root.get("lang") in {"en", "zh-Hans"}
    assert len(page.all("h1")) == 1
    assert len(page.all("main")) == 1
    title = page.root.find("head/title")
    assert title is not None
    assert (title.text or "").strip()
    levels = [int(element.tag[1]) for element in page.root.iter() if re.fullmatch(r"h[1-6]", str(element.tag))]
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels)), levels
    for picture in page.all("img"):
        assert picture.get("alt") is not None, picture.attrib
        assert picture.get("width"), picture.attrib
        assert picture.get("height"), picture.attrib


def _check_ids(page: Page) -> None:
    ids = [element.get("id") for element in page.root.iter() if element.get("id")]
    assert len(ids) == len(set(ids)), ids
    for element in page.root.iter():
        for attribute in ("for", "aria-labelledby", "aria-describedby", "data-copy"):
            for wanted in (element.get(attribute) or "").split():
                assert wanted in ids, f"{attribute}={wanted} points nowhere"


def _check_labels(page: Page) -> None:
    labelled = {label.get("for") for label in page.all("label")}
    for element in page.root.iter():
        if element.tag in LABELLED and element.get("type") not in WITHOUT_LABEL:
            assert element.get("id") in labelled or element.get("aria-label"), element.attrib
        if element.tag == "button":
            assert "".join(element.itertext()).strip(), element.attrib


def _check_no_inline_code(page: Page) -> None:
    for element in page.root.iter():
        assert element.tag != "style"
        assert element.tag != "script" or element.get("src")
        for name in element.attrib:
            assert not str(name).startswith("on"), name
            assert name != "style"
    for form in page.all("form"):
        if (form.get("method") or "get").lower() == "post":
            fields = [field.get("name") for field in form.iter("input")]
            assert "csrf_token" in fields, form.attrib


def _check_addresses(client: FlaskClient, page: Page, *, follow: bool) -> None:
    """Nothing comes from another site, and each address on the page answers."""
    answered: set[str] = set()  # a sheet's picture is named by each of its tiles
    named = [(element, name) for element in page.root.iter() for name in ("href", "src", "action")]
    for element, name in named:
        address = element.get(name)
        if not address or address in answered or (element.tag == "link" and element.get("rel") == "canonical"):
            continue
        if address.startswith("#"):
            assert any(one.get("id") == address[1:] for one in page.root.iter()), address
            continue
        assert address.startswith("/"), f"{address} leads away from the site"
        assert not address.startswith("//"), address
        is_this_page = bool(element.get("hreflang"))  # in another language, with the same status
        if follow and name != "action" and not is_this_page:
            answered.add(address)
            with client.get(address) as response:
                assert response.status_code in GOOD_LINK_STATUSES, f"{address}: {response.status_code}"
