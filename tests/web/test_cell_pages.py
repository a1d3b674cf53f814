"""Where one number comes from: the page's numbers are the network's own."""

import numpy as np
import pytest

from tests.web.conftest import Looked
from tests.web.pages import get_page

CELLS = (("block1_conv1", 29, 100, 131), ("block3_conv2", 17, 0, 55), ("block5_conv3", 286, 7, 7))


@pytest.mark.parametrize(("layer", "channel", "row", "column"), CELLS)
def test_a_convolutions_cell_adds_up_to_the_layers_output(
    cat: Looked, layer: str, channel: int, row: int, column: int
) -> None:
    cell = cat.client.get(f"/r/{cat.id}/layers/{layer}/{channel}/{row}/{column}.json").get_json()
    inputs, kernel = np.array(cell["input"]), np.array(cell["kernel"])
    assert inputs.shape == kernel.shape
    assert inputs.shape[:2] == (3, 3)
    assert cell["sum"] == pytest.approx((inputs * kernel).sum() + cell["bias"], rel=1e-5)
    assert cell["output"] == max(cell["sum"], 0)
    activation = cat.services.layer_maps.activation(cat.services.results.open(cat.id), layer)
    largest = float(activation.max())
    assert cell["output"] == pytest.approx(float(activation[row, column, channel]), abs=1e-4 * largest)


def test_over_the_edge_there_are_zeros(cat: Looked) -> None:
    cell = cat.client.get(f"/r/{cat.id}/layers/block1_conv1/0/0/0.json").get_json()
    assert not np.array(cell["input"])[0].any()
    assert np.array(cell["input"])[1:, 1:].any()


def test_a_poolings_cell_is_the_largest_of_four(cat: Looked) -> None:
    cell = cat.client.get(f"/r/{cat.id}/layers/block2_pool/5/10/20.json").get_json()
    assert np.array(cell["input"]).shape == (2, 2)
    assert cell["output"] == max(map(max, cell["input"]))
    assert "kernel" not in cell


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("block5_conv1/0/14/0", "not_found"),
        ("block5_conv1/512/0/0", "unknown_filter"),
        ("block9_conv1/0/0/0", "unknown_layer"),
    ],
)
def test_what_is_not_there_is_said_so(cat: Looked, path: str, code: str) -> None:
    response = cat.client.get(f"/r/{cat.id}/layers/{path}.json")
    assert (response.status_code, response.get_json()["error"]["code"]) == (404, code)


def test_the_first_layers_page_shows_all_27_products(cat: Looked) -> None:
    address = f"/r/{cat.id}/layers/block1_conv1/29/100/131"
    page = get_page(cat.client, address, follow=False)
    cell = cat.client.get(f"{address}.json").get_json()
    products = np.array(cell["input"]) * np.array(cell["kernel"])
    shown = ["".join(one.itertext()) for one in page.all("span") if one.get("class") == "product"]
    assert sorted(shown) == sorted(f"{value:.2f}" for value in products.ravel())
    assert f"{cell['sum']:.3f}" in page.text


def test_a_deeper_layers_page_shows_the_strongest_products_first(cat: Looked) -> None:
    page = get_page(cat.client, f"/r/{cat.id}/layers/block3_conv2/17/20/20", follow=False)
    (table,) = page.all("table")
    products = [abs(float("".join(row[4].itertext()))) for row in table.iter("tr") if row.find("td") is not None]
    assert len(products) == 24
    assert products == sorted(products, reverse=True)


def test_cells_lead_to_their_neighbours_and_to_a_named_place(cat: Looked) -> None:
    page = get_page(cat.client, f"/r/{cat.id}/layers/block5_conv3/2/0/0", follow=False)
    keys = {link.get("data-key") for link in page.all("a")} - {None}
    assert keys == {"down", "right"}
    response = cat.client.get(f"/r/{cat.id}/layers/block5_conv3/2/cell?row=5&column=6")
    assert response.headers["Location"].endswith(f"/r/{cat.id}/layers/block5_conv3/2/5/6")
    assert cat.client.get(f"/r/{cat.id}/layers/block5_conv3/2/cell?row=14&column=6").status_code == 404
