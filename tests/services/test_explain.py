"""Looking into a result, against the functions of the core on the same input."""

import io
from contextlib import ExitStack

import numpy as np
import PIL.Image
import pytest

from tests.web.uploads import sample_bytes
from vggweb.core.architecture import LAYERS
from vggweb.core.arrays import Batch
from vggweb.core.attribution import grad_cam, saliency
from vggweb.core.feature_maps import describe_maps
from vggweb.core.preprocessing import to_batch
from vggweb.core.rendering import heatmap_picture
from vggweb.errors import (
    BusyError,
    GoneError,
    NotDrawnError,
    NotFoundError,
    UnknownClassError,
    UnknownFilterError,
    UnknownLayerError,
)
from vggweb.services.explain import heatmap_png
from vggweb.startup import Services

CAT = 285
NAMES = [layer.name for layer in LAYERS]


@pytest.fixture
def batch(services: Services, result_id: str) -> Batch:
    return to_batch(services.results.image(result_id))


def test_the_maps_are_those_of_the_stored_input(services: Services, result_id: str, batch: Batch) -> None:
    activations = services.model_host.model().activations(batch, NAMES)
    for name in NAMES:
        assert services.explainer.layer_maps(result_id, name).channels == describe_maps(activations[name]), name


def test_one_forward_pass_serves_all_layers_of_a_photo(services: Services, result_id: str) -> None:
    other = services.make_result(sample_bytes("coffee"), resize="keras", owner=None).id
    services.explainer.layer_maps(result_id, "block1_conv1")
    with ExitStack() as places:
        for _ in range(8):
            places.enter_context(services.model_host.queue_slot())
        for name in NAMES:  # no place is left for a prediction, and none is asked for
            assert services.explainer.layer_maps(result_id, name).layer.name == name
        with pytest.raises(BusyError):
            services.explainer.layer_maps(other, "block1_conv1")


def test_a_deleted_photo_is_gone_from_every_explanation_although_it_was_remembered(
    services: Services, result_id: str
) -> None:
    asked = (
        lambda: services.explainer.layer_maps(result_id, "block5_pool"),
        lambda: services.explainer.sprite_webp(result_id, "block5_pool", "own"),
        lambda: services.explainer.map_png(result_id, "block5_pool", 0, scale="own", over_photo=True),
        lambda: services.explainer.why(result_id, "grad_cam", CAT),
        lambda: services.explainer.what_if(result_id),
        lambda: services.explainer.variant_png(result_id, "grey"),
        lambda: services.occlusions.find(result_id, CAT),
    )
    for ask in asked[:-1]:
        ask()
    services.results.delete(result_id)
    for ask in asked:
        with pytest.raises(GoneError):
            ask()


def test_layers_and_channels_that_are_not_there_are_refused(services: Services, result_id: str) -> None:
    with pytest.raises(UnknownLayerError):
        services.explainer.layer_maps(result_id, "block6_conv1")
    with pytest.raises(UnknownLayerError):
        services.explainer.why(result_id, "grad_cam", CAT, "block1_pool")
    with pytest.raises(UnknownFilterError):
        services.explainer.map_png(result_id, "block1_conv1", 64, scale="own", over_photo=False)
    with pytest.raises(UnknownClassError):
        services.explainer.why(result_id, "grad_cam", 1000)
    with pytest.raises(NotFoundError):
        services.explainer.variant_png(result_id, "sepia")


def test_a_slow_method_is_not_computed_by_looking(services: Services, result_id: str) -> None:
    with pytest.raises(NotDrawnError):
        services.explainer.why(result_id, "occlusion", CAT)
    with pytest.raises(NotDrawnError):
        services.explain(result_id, "occlusion", CAT, "block5_conv3")


@pytest.mark.parametrize(("layer_name", "side"), [("block5_conv3", 14), ("block4_conv3", 28)])
def test_grad_cam_is_the_cores_for_the_layer_that_was_chosen(
    services: Services, result_id: str, batch: Batch, layer_name: str, side: int
) -> None:
    found = services.explainer.why(result_id, "grad_cam", CAT, layer_name)
    expected = grad_cam(services.model_host.model(), batch, class_index=CAT, layer_name=layer_name).heatmap
    assert found.heatmap.shape == (side, side)
    np.testing.assert_allclose(found.heatmap, expected, atol=1e-5)
    assert found.logit == pytest.approx(float(services.model_host.model().logits(batch)[0, CAT]), abs=1e-4)
    assert found.has_evidence


def test_saliency_is_the_cores(services: Services, result_id: str, batch: Batch) -> None:
    found = services.explainer.why(result_id, "saliency", CAT)
    np.testing.assert_allclose(
        found.heatmap, saliency(services.model_host.model(), batch, class_index=CAT).heatmap, atol=1e-4
    )
    assert found.layer_name is None


def test_the_heat_map_alone_shows_each_value_as_a_square(services: Services, result_id: str) -> None:
    found = services.explainer.why(result_id, "grad_cam", CAT)
    picture = np.asarray(PIL.Image.open(io.BytesIO(heatmap_png(found))))
    assert picture.shape == (448, 448, 3)
    assert np.array_equal(picture[::32, ::32], heatmap_picture(found.heatmap))
    assert np.array_equal(np.kron(picture[::32, ::32, 0], np.ones((32, 32), np.uint8)), picture[..., 0])


def test_the_variants_begin_with_the_real_result(services: Services, result_id: str) -> None:
    variants = services.explainer.what_if(result_id)
    real = services.results.show(result_id, top=3).predictions
    assert variants[0].variant.distance == 0
    for found, expected in zip(variants[0].predictions, real, strict=True):
        assert found.class_index == expected.class_index
        assert found.score == pytest.approx(expected.score, abs=1e-4)
