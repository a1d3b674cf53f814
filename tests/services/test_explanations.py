"""Why a word, by the methods that answer at once, against the core's functions on the same input."""

import io

import numpy as np
import PIL.Image
import pytest

from vggweb.core.attribution import grad_cam, saliency
from vggweb.core.rendering import heatmap_picture
from vggweb.errors import NotDrawnError, UnknownClassError, UnknownLayerError
from vggweb.services.explanations import heatmap_png
from vggweb.services.open_result import OpenResult
from vggweb.startup import Services

CAT = 285


def test_layers_and_classes_that_are_not_there_are_refused(services: Services, result: OpenResult) -> None:
    with pytest.raises(UnknownLayerError):
        services.explanations.find(result, "grad_cam", CAT, "block1_pool")
    with pytest.raises(UnknownClassError):
        services.explanations.find(result, "grad_cam", 1000)


def test_a_slow_method_is_not_computed_by_looking(services: Services, result: OpenResult) -> None:
    with pytest.raises(NotDrawnError):
        services.explanations.find(result, "occlusion", CAT)


@pytest.mark.parametrize(("layer_name", "side"), [("block5_conv3", 14), ("block4_conv3", 28)])
def test_grad_cam_is_the_cores_for_the_layer_that_was_chosen(
    services: Services, result: OpenResult, layer_name: str, side: int
) -> None:
    found = services.explanations.find(result, "grad_cam", CAT, layer_name).found
    expected = grad_cam(services.model_host.model(), result.batch, class_index=CAT, layer_name=layer_name).heatmap
    assert found.heatmap.shape == (side, side)
    np.testing.assert_allclose(found.heatmap, expected, atol=1e-5)
    assert found.logit == pytest.approx(float(services.model_host.model().logits(result.batch)[0, CAT]), abs=1e-4)
    assert found.has_evidence


def test_saliency_is_the_cores(services: Services, result: OpenResult) -> None:
    found = services.explanations.find(result, "saliency", CAT)
    np.testing.assert_allclose(
        found.found.heatmap, saliency(services.model_host.model(), result.batch, class_index=CAT).heatmap, atol=1e-4
    )
    assert found.layer_name is None


def test_the_heat_map_alone_shows_each_value_as_a_square(services: Services, result: OpenResult) -> None:
    found = services.explanations.find(result, "grad_cam", CAT)
    picture = np.asarray(PIL.Image.open(io.BytesIO(heatmap_png(found))))
    assert picture.shape == (448, 448, 3)
    assert np.array_equal(picture[::32, ::32], heatmap_picture(found.found.heatmap))
    assert np.array_equal(np.kron(picture[::32, ::32, 0], np.ones((32, 32), np.uint8)), picture[..., 0])
