"""What can be taken home is whole, and works without the server."""

import io
import json
import re
import zipfile

import nbformat
import PIL.Image

from tests.web.conftest import Looked


def test_the_zip_holds_everything(cat: Looked) -> None:
    response = cat.client.get(f"/r/{cat.id}/download.zip")
    assert response.mimetype == "application/zip"
    with zipfile.ZipFile(io.BytesIO(response.data)) as packed:
        assert packed.testzip() is None
        names = set(packed.namelist())
        assert {"result.json", "notebook.ipynb", "input.png", "photo.jpg", "slide.png"} <= names
        assert {f"channels/{channel}.png" for channel in "bgr"} <= names
        assert any(name.startswith("heatmaps/grad_cam_285") for name in names)
        assert packed.read("input.png") == cat.client.get(f"/r/{cat.id}/input.png").data
        assert json.loads(packed.read("result.json")) == cat.client.get(f"/r/{cat.id}.json").get_json()


def test_the_notebook_is_valid_and_knows_its_page(cat: Looked) -> None:
    response = cat.client.get(f"/r/{cat.id}/notebook.ipynb")
    document = json.loads(response.data)
    nbformat.validate(document)
    code = "\n".join(cell["source"] for cell in document["cells"])
    assert f"http://localhost/r/{cat.id}" in code
    weights = re.search(r'urlretrieve\("http://localhost(/[^"]+)"', code)
    assert weights is not None
    with cat.client.get(f"{weights[1]}compact_head.safetensors") as file:
        assert file.status_code == 200


def test_the_slide_is_a_picture_of_full_high_definition(cat: Looked) -> None:
    data = cat.client.get(f"/r/{cat.id}/card.png").data
    assert PIL.Image.open(io.BytesIO(data)).size == (1920, 1080)


def test_the_page_as_one_file_asks_for_nothing_else(cat: Looked) -> None:
    html = cat.client.get(f"/r/{cat.id}/page.html").text
    assert "Egyptian cat" in html
    assert re.findall(r'<img[^>]+src="(?!data:)', html) == []
    assert re.findall(r"<(?:script|link|iframe)\b", html) == []
    assert html.count("data:image/") == 6
