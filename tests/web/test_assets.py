"""Static files: one stylesheet, addressed by content, compressed, and light on a first visit."""

import gzip
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.web.conftest import Looked
from vggweb.folders import STATIC
from vggweb.web.assets import Assets

GZIP = {"Accept-Encoding": "gzip, deflate, br"}
MOST_BYTES = 150_000
PAGES: tuple[str, ...] = (
    "/",
    "/layers",
    "/layers/block5_conv3",
    "/classes",
    "/model",
    "/r/{id}",
    "/r/{id}/layers/block5_conv3",
)
PAGES += (
    "/demo",
    "/demo/numbers",
    "/live",
    "/questions",
    "/class/new",
    "/r/{id}/whatif",
    "/layers/block5_conv3/filters/3",
)


def linked(client: FlaskClient, address: str, pattern: str) -> list[str]:
    return re.findall(pattern, client.get(address).text)


def test_a_page_links_one_stylesheet_that_holds_every_component(cat: Looked) -> None:
    (address,) = linked(cat.client, "/", r'<link rel="stylesheet" href="([^"]+)"')
    styles = cat.client.get(address).text
    for file in (STATIC / "css").glob("*.css"):
        assert file.read_text(encoding="utf-8").strip() in styles
    assert styles.index("@layer reset, tokens") < styles.index("@layer components {")


def test_a_file_of_this_version_may_be_kept_and_any_other_is_asked_for_again(cat: Looked) -> None:
    (address,) = linked(cat.client, "/", r'src="(/static/[0-9a-f]{12}/js/upload\.js)"')
    assert cat.client.get(address).headers["Cache-Control"] == "public, max-age=31536000, immutable"
    for other in ("/static/js/upload.js", "/static/000000000000/js/upload.js"):
        response = cat.client.get(other)
        assert (response.status_code, response.headers["Cache-Control"]) == (200, "no-cache")
        assert cat.client.get(other, headers={"If-None-Match": response.headers["ETag"]}).status_code == 304


def test_what_a_script_imports_has_the_version_in_its_address_too(cat: Looked) -> None:
    (address,) = linked(cat.client, "/", r'src="(/static/[0-9a-f]{12}/js/upload\.js)"')
    imported = re.findall(r'from "\./([^"]+)"', cat.client.get(address).text)
    assert imported
    for name in imported:
        response = cat.client.get(f"{address.rsplit('/', 1)[0]}/{name}")
        assert "immutable" in response.headers["Cache-Control"]
        assert response.mimetype == "text/javascript"


def test_the_version_changes_with_any_file(tmp_path: Path) -> None:
    (tmp_path / "css").mkdir()
    (tmp_path / "css" / "tokens.css").write_text("@layer a;")
    before = Assets(tmp_path).version
    (tmp_path / "css" / "tokens.css").write_text("@layer b;")
    assert Assets(tmp_path).version != before


@pytest.mark.parametrize("name", ["../app.py", "css/../../app.py", "nothing.js", "css", ""])
def test_only_the_files_of_the_folder_are_there(cat: Looked, name: str) -> None:
    assert cat.client.get(f"/static/{name}").status_code in {404, 308}


@pytest.mark.parametrize("address", ["/classes", "/classes.json", "/static/styles.css", "/static/icons/favicon.svg"])
def test_text_comes_compressed_and_is_the_same_text(cat: Looked, address: str) -> None:
    plain = cat.program.get(address)
    packed = cat.program.get(address, headers=GZIP)
    if len(plain.data) < 1000:
        assert "Content-Encoding" not in packed.headers
        return
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert int(packed.headers["Content-Length"]) == len(packed.data) < len(plain.data) / 2
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert "Accept-Encoding" in plain.headers["Vary"]


def test_a_compressed_file_that_still_stands_is_not_sent_again(cat: Looked) -> None:
    etag = cat.client.get("/static/styles.css", headers=GZIP).headers["ETag"]
    again = cat.client.get("/static/styles.css", headers=GZIP | {"If-None-Match": etag})
    assert (again.status_code, again.data) == (304, b"")


def test_pictures_are_not_compressed_once_more(cat: Looked) -> None:
    assert "Content-Encoding" not in cat.client.get(f"/r/{cat.id}/input.png", headers=GZIP).headers


def transferred(client: FlaskClient, address: str, seen: set[str]) -> int:
    """The bytes of a file and of what it imports."""
    if address in seen:
        return 0
    seen.add(address)
    response: TestResponse = client.get(address, headers=GZIP)
    text = gzip.decompress(response.data).decode() if "Content-Encoding" in response.headers else ""
    folder = address.rsplit("/", 1)[0]
    imported = re.findall(r'from "\./([^"]+)"', text or response.get_data(as_text=True)) if ".js" in address else []
    return len(response.data) + sum(transferred(client, f"{folder}/{name}", seen) for name in imported)


@pytest.mark.parametrize("page", PAGES)
def test_a_first_visit_is_light_without_the_pictures(cat: Looked, page: str) -> None:
    address = page.format(id=cat.id)
    files = linked(cat.client, address, r'(?:href|src)="(/static/[^"]+\.(?:css|js|svg|webmanifest))"')
    seen: set[str] = set()
    assert sum(transferred(cat.client, one, seen) for one in (address, *files)) < MOST_BYTES
