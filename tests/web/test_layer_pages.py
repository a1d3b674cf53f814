"""The layers, and what they saw in a photo, against Keras's own sub-models."""

import io
from collections.abc import Callable

import keras
import numpy as np
import PIL.Image
import pytest
from flask import Flask
from numpy.typing import NDArray

from tests.web.conftest import Looked
from tests.web.forms import press
from tests.web.pages import Page, get_page
from tests.web.uploads import JSON, make_result
from vggweb.core.architecture import LAYERS

NAMES = [layer.name for layer in LAYERS]
CONVOLUTIONS = [layer.name for layer in LAYERS if layer.kind == "conv"]
SILENT_LAYER = "block5_conv3"


@pytest.fixture(scope="module")
def activation(cat: Looked) -> Callable[[str], NDArray[np.float32]]:
    """What a layer gives for the result's input, from a sub-model that Keras builds and runs."""
    image = np.asarray(PIL.Image.open(io.BytesIO(cat.client.get(f"/r/{cat.id}/input.png").data)))
    batch = keras.applications.vgg16.preprocess_input(image[np.newaxis].astype(np.float32))
    network = cat.services.model_host.model().keras_model
    sub_model = keras.Model(network.input, [network.get_layer(name).output for name in NAMES])
    found = dict(zip(NAMES, sub_model.predict(batch, verbose=0), strict=True))
    return lambda name: found[name][0]


def pixels(cat: Looked, address: str, media_type: str = "image/png") -> NDArray[np.uint8]:
    response = cat.client.get(address)
    assert (response.status_code, response.mimetype) == (200, media_type)
    return np.asarray(PIL.Image.open(io.BytesIO(response.data)))


def hrefs(page: Page) -> list[str]:
    return [link.get("href") or "" for link in page.all("a")]


@pytest.mark.parametrize("name", NAMES)
def test_every_layers_maps_in_json_are_those_of_keras(
    cat: Looked, activation: Callable[[str], NDArray[np.float32]], name: str
) -> None:
    answer = cat.client.get(f"/r/{cat.id}/layers/{name}.json").get_json()
    expected = activation(name)
    assert set(answer) == {"layer", "shape", "channels"}
    assert answer["layer"] == name
    assert answer["shape"] == list(expected.shape)
    assert [one["index"] for one in answer["channels"]] == list(range(expected.shape[-1]))
    tolerance = 1e-5 * float(expected.max())
    for key, measure in (("min", np.min), ("max", np.max), ("mean", np.mean)):
        found = [one[key] for one in answer["channels"]]
        np.testing.assert_allclose(found, measure(expected, axis=(0, 1)), rtol=1e-4, atol=tolerance)
    assert set(answer["channels"][0]) == {"index", "min", "max", "mean"}


def test_the_json_comes_by_suffix_and_by_accept_header(cat: Looked) -> None:
    address = f"/r/{cat.id}/layers/block5_pool"
    assert cat.client.get(address, headers=JSON).get_json() == cat.client.get(f"{address}.json").get_json()


def test_the_page_of_maps_is_right_and_all_that_it_names_answers(cat: Looked) -> None:
    page = get_page(cat.client, f"/r/{cat.id}/layers/block1_conv1")
    assert "64 feature maps of 224 × 224 values" in page.text
    assert "(224, 224, 64)" in page.text


@pytest.mark.parametrize("name", ["block2_pool", SILENT_LAYER])
def test_the_maps_stand_strongest_first_and_silent_ones_are_marked(cat: Looked, name: str) -> None:
    channels = cat.client.get(f"/r/{cat.id}/layers/{name}.json").get_json()["channels"]
    ordered = sorted(channels, key=lambda one: (-one["mean"], one["index"]))
    page = get_page(cat.client, f"/r/{cat.id}/layers/{name}", follow=False)
    tiles = [tile for tile in page.all("li") if tile.find("a/{*}svg") is not None]
    assert [tile.find("a").get("href").rsplit("/", 1)[1] for tile in tiles] == [  # type: ignore[union-attr]
        str(one["index"]) for one in ordered
    ]
    for tile, one in zip(tiles, ordered, strict=True):
        text = " ".join("".join(tile.itertext()).split())
        assert f"{one['min']:.4g} to {one['max']:.4g}" in text
        assert ("silent" in text) == (tile.get("class") == "silent") == (one["max"] == 0)
    silent = sum(one["max"] == 0 for one in channels)
    assert f"{silent} of {len(channels)} maps are silent" in page.text


def test_some_maps_of_the_cat_are_silent(cat: Looked) -> None:
    channels = cat.client.get(f"/r/{cat.id}/layers/{SILENT_LAYER}.json").get_json()["channels"]
    assert any(one["max"] == 0 for one in channels)  # or the test before this one would have nothing to find


@pytest.mark.parametrize("name", ["block1_conv1", "block5_conv3"])
def test_all_maps_of_a_layer_come_in_one_picture(cat: Looked, name: str) -> None:
    page = get_page(cat.client, f"/r/{cat.id}/layers/{name}", follow=False)
    pictures = {image.get("href") for image in page.root.findall(".//{*}image")} | {
        image.get("src") for image in page.all("img")
    }
    assert pictures == {f"/r/{cat.id}/layers/{name}/sheet.webp?scale=own", f"/r/{cat.id}/input.png"}


@pytest.mark.parametrize("scale", ["own", "layer"])
def test_each_tile_is_its_map_on_the_chosen_scale(
    cat: Looked, activation: Callable[[str], NDArray[np.float32]], scale: str
) -> None:
    address = f"/r/{cat.id}/layers/block5_conv3"
    page = get_page(cat.client, f"{address}?scale={scale}", follow=False)
    sheet = pixels(cat, f"{address}/sheet.webp?scale={scale}", "image/webp")[..., 0]
    values = activation("block5_conv3")
    tiles = [link for link in page.all("a") if link.find("{*}svg") is not None]
    assert len(tiles) == 512
    for link in tiles:
        window = link.find("{*}svg")
        assert window is not None
        left, top, width, height = map(int, (window.get("viewBox") or "").split())
        channel = int((link.get("href") or "").rsplit("/", 1)[1])
        white = values[..., channel].max() if scale == "own" else values.max()
        expected = 255 * np.sqrt(values[..., channel] / white) if white > 0 else np.zeros((14, 14))
        assert np.abs(sheet[top : top + height, left : left + width] - expected).max() <= 1, channel
        assert (width, height) == (14, 14)


def test_the_page_switches_between_the_scales_and_marks_the_one_it_shows(cat: Looked) -> None:
    address = f"/r/{cat.id}/layers/block5_pool"
    for scale, title in (("own", "Each map on its own scale"), ("layer", "One scale for the layer")):
        page = get_page(cat.client, f"{address}?scale={scale}", follow=False)
        marked = ["".join(link.itertext()) for link in page.all("a") if link.get("aria-current") == "true"]
        assert marked == [title]
        assert {address, f"{address}?scale=layer"} <= set(hrefs(page))


def test_the_page_shows_the_layers_place_in_the_network(cat: Looked) -> None:
    page = get_page(cat.client, f"/r/{cat.id}/layers/block3_pool", follow=False)
    strip = next(nav for nav in page.all("nav") if "network" in (nav.get("class") or ""))
    assert ["".join(link.itertext()) for link in strip.iter("a")] == NAMES
    assert ["".join(link.itertext()) for link in strip.iter("a") if link.get("aria-current")] == ["block3_pool"]


def test_one_map_has_its_numbers_and_leads_to_its_filter_and_its_neighbours(cat: Looked) -> None:
    channels = cat.client.get(f"/r/{cat.id}/layers/block3_conv1.json").get_json()["channels"]
    order = [one["index"] for one in sorted(channels, key=lambda one: (-one["mean"], one["index"]))]
    channel = order[4]
    page = get_page(cat.client, f"/r/{cat.id}/layers/block3_conv1/{channel}")
    assert f"Maximum{channels[channel]['max']:.4f}" in page.text
    assert "5 of 256, by the mean" in page.text
    assert {
        f"/layers/block3_conv1/filters/{channel}",
        f"/r/{cat.id}/layers/block3_conv1/{order[3]}",
        f"/r/{cat.id}/layers/block3_conv1/{order[5]}",
    } <= set(hrefs(page))


@pytest.mark.parametrize("place", [0, -1])
def test_the_strongest_and_the_weakest_map_have_one_neighbour(cat: Looked, place: int) -> None:
    channels = cat.client.get(f"/r/{cat.id}/layers/block5_pool.json").get_json()["channels"]
    order = [one["index"] for one in sorted(channels, key=lambda one: (-one["mean"], one["index"]))]
    text = get_page(cat.client, f"/r/{cat.id}/layers/block5_pool/{order[place]}", follow=False).text
    assert ("Stronger:" in text, "Weaker:" in text) == (place == -1, place == 0)
    assert ("this map is silent" in text) == (place == -1)
    assert "What this filter likes" not in text  # a pooling has none


def test_one_maps_picture_shows_each_value_as_a_square(
    cat: Looked, activation: Callable[[str], NDArray[np.float32]]
) -> None:
    values = activation("block4_conv2")[..., 7]
    picture = pixels(cat, f"/r/{cat.id}/layers/block4_conv2/7.png")
    assert picture.shape == (448, 448)
    assert np.abs(picture[::16, ::16] - 255 * np.sqrt(values / values.max())).max() <= 1
    assert np.array_equal(np.kron(picture[::16, ::16], np.ones((16, 16), np.uint8)), picture)


def test_one_map_over_the_photo_is_hottest_where_its_value_is_highest(
    cat: Looked, activation: Callable[[str], NDArray[np.float32]]
) -> None:
    values = activation("block5_conv3")
    channel = int(values.mean(axis=(0, 1)).argmax())
    photo = pixels(cat, f"/r/{cat.id}/input.png").astype(int)
    heated = pixels(cat, f"/r/{cat.id}/layers/block5_conv3/{channel}.png?over=photo").astype(int)
    assert heated.shape == (224, 224, 3)
    change = np.abs(heated - photo).sum(axis=-1).reshape(14, 16, 14, 16).mean(axis=(1, 3))
    hot, cold = values[..., channel] > values[..., channel].max() / 2, values[..., channel] == 0
    assert change[hot].mean() > 3 * change[cold].mean()


@pytest.mark.parametrize(
    ("address", "status", "code"),
    [
        ("layers/block6_conv1", 404, "unknown_layer"),
        ("layers/fc1", 404, "unknown_layer"),
        ("layers/block6_conv1/0.png", 404, "unknown_layer"),
        ("layers/block6_conv1/sheet.webp", 404, "unknown_layer"),
        ("layers/block1_conv1/64", 404, "unknown_filter"),
        ("layers/block1_conv1/64.png", 404, "unknown_filter"),
        ("layers/block1_conv1/-1.png", 404, "not_found"),
        ("layers/block1_conv1?scale=log", 400, "bad_parameter"),
        ("layers/block1_conv1/sheet.webp?scale=log", 400, "bad_parameter"),
        ("layers/block1_conv1/0.png?over=moon", 400, "bad_parameter"),
    ],
)
def test_what_is_not_there_has_its_code(cat: Looked, address: str, status: int, code: str) -> None:
    response = cat.client.get(f"/r/{cat.id}/{address}", headers=JSON)
    assert (response.status_code, response.get_json()["error"]["code"]) == (status, code)


def test_maps_of_a_result_that_never_was_or_was_deleted_are_refused(app: Flask) -> None:
    client = app.test_client()
    made = make_result(client)
    parts = ("block1_conv1", "block1_conv1/0", "block1_conv1/0.png", "block1_conv1/sheet.webp")
    for part in parts:
        response = client.get(f"/r/{'A' * 22}/layers/{part}", headers=JSON)
        assert (response.status_code, response.get_json()["error"]["code"]) == (404, "not_found")
    client.post(f"/r/{made['id']}/delete", data={"delete_token": made["delete_token"]}, headers=JSON)
    for part in parts:
        response = client.get(f"/r/{made['id']}/layers/{part}", headers=JSON)
        assert (response.status_code, response.get_json()["error"]["code"]) == (410, "gone")


def test_maps_are_private_and_not_indexed(cat: Looked) -> None:
    for part in ("block5_pool", "block5_pool/0", "block5_pool/0.png", "block5_pool/sheet.webp"):
        headers = cat.client.get(f"/r/{cat.id}/layers/{part}").headers
        assert "private" in headers["Cache-Control"]
        assert headers["X-Robots-Tag"] == "noindex"


def test_the_architecture_in_json_is_that_of_the_network(cat: Looked) -> None:
    network = cat.services.model_host.model().keras_model
    listed = cat.client.get("/layers.json").get_json()
    assert [one["name"] for one in listed] == NAMES
    for one in listed:
        layer = network.get_layer(one["name"])
        assert one["shape"] == list(layer.output.shape[1:])
        assert one["parameters"] == layer.count_params()
        assert cat.client.get(f"/layers/{one['name']}.json").get_json() == one
    assert sum(one["parameters"] for one in listed) == 14_714_688


def test_the_page_of_all_layers_leads_to_each(cat: Looked) -> None:
    page = get_page(cat.client, "/layers", follow=False)
    assert {f"/layers/{name}" for name in NAMES} <= set(hrefs(page))


def test_a_layers_page_is_right_and_leads_to_all_its_filters(cat: Looked) -> None:
    page = get_page(cat.client, "/layers/block1_conv1")
    assert {f"/layers/block1_conv1/filters/{index}" for index in range(64)} <= set(hrefs(page))
    assert "1,792 = 3 × 3 × 3 × 64 weights + 64 biases" in page.text
    assert "/layers/block1_conv2" in hrefs(page)


@pytest.mark.parametrize("name", ["block1_conv2", "block5_pool"])
def test_other_layers_pages_are_right(cat: Looked, name: str) -> None:
    page = get_page(cat.client, f"/layers/{name}", follow=False)
    assert "kernels" not in page.html
    assert ("It has no filters" in page.text) == name.endswith("pool")


def test_the_kernels_of_the_first_layer_are_colour_pictures(cat: Looked) -> None:
    kernel = cat.services.model_host.model().keras_model.get_layer("block1_conv1").kernel.numpy()  # (3, 3, 3, 64), BGR
    sheet = pixels(cat, "/layers/block1_conv1/kernels.png")
    assert sheet.shape == (24 * 16, 24 * 16, 3)
    for channel in range(64):
        picture = pixels(cat, f"/layers/block1_conv1/kernels/{channel}.png")
        assert picture.shape == (48, 48, 3)
        rgb = kernel[:, :, ::-1, channel]
        assert np.abs(picture[::16, ::16] - (128 + 127 * rgb / np.abs(rgb).max())).max() <= 1, channel
        row, column = divmod(channel, 8)
        assert np.array_equal(sheet[row * 48 : row * 48 + 48, column * 48 : column * 48 + 48], picture)
    assert cat.client.get("/layers/block1_conv1/kernels/64.png", headers=JSON).get_json()["error"]["code"] == (
        "unknown_filter"
    )


@pytest.mark.parametrize("address", ["/layers/block9_conv1", "/layers/input_layer", "/layers/predictions.json"])
def test_a_layer_that_is_not_there_is_unknown(cat: Looked, address: str) -> None:
    response = cat.client.get(address, headers=JSON)
    assert (response.status_code, response.get_json()["error"]["code"]) == (404, "unknown_layer")


def test_the_layers_and_filters_lead_to_the_last_photo_until_it_is_deleted(app: Flask) -> None:
    client = app.test_client()
    made = press(client, "/", "/results", sample="cat").headers["Location"].removeprefix("http://localhost")
    addresses = {
        "/layers/block1_conv2": f"{made}/layers/block1_conv2",
        "/layers/block1_conv2/filters/3": f"{made}/layers/block1_conv2/3",
    }
    for page in addresses:
        assert "your last photo" not in get_page(client, page, follow=False).text
    client.get(f"{made}/layers/block5_pool")
    for page, expected in addresses.items():
        assert expected in hrefs(get_page(client, page, follow=False))
        assert client.get(expected).status_code == 200
    press(client, made, f"{made}/delete")
    for page in addresses:
        assert "your last photo" not in get_page(client, page, follow=False).text


def test_a_program_gets_no_cookie_by_looking(app: Flask) -> None:
    client = app.test_client()
    made = make_result(client)
    response = client.get(f"/r/{made['id']}/layers/block5_pool")
    assert "Set-Cookie" not in response.headers
