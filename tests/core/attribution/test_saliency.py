"""Saliency against gradients worked out on paper, finite differences, and NumPy's average over noisy copies."""

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.core.attribution.networks import linear_network, smooth_network, squaring_network
from tests.photo_files import LIMITS, sample_bytes
from vggweb.core.attribution import saliency
from vggweb.core.attribution.saliency import logit_gradient
from vggweb.core.images import read_photo
from vggweb.core.preprocessing import prepare_image, to_batch
from vggweb.errors import UnknownClassError
from vggweb.services.model_host import ModelHost

WEIGHTS = np.array([[[1, -0.5, 0], [0, -2, 1]], [[0, 0, 3], [-4, 0, 2]]], np.float32)  # (2, 2, 3)


def random_batch(side: int, *, seed: int = 0) -> NDArray[np.float32]:
    return np.random.default_rng(seed).normal(size=(1, side, side, 3)).astype(np.float32)


def test_the_map_is_the_largest_absolute_gradient_of_the_channels() -> None:
    # Largest weights 1, 2, 3, 4; their 99th percentile lies 0.97 of the way from the third to the fourth: 3.97.
    heatmap = saliency(linear_network(WEIGHTS), random_batch(2), class_index=0, samples=1).heatmap
    np.testing.assert_allclose(heatmap, [[1 / 3.97, 2 / 3.97], [3 / 3.97, 1]], rtol=1e-5)


def test_noise_changes_nothing_where_the_gradient_is_the_same_everywhere() -> None:
    model, batch = linear_network(WEIGHTS), random_batch(2)
    plain = saliency(model, batch, class_index=0, samples=1).heatmap
    np.testing.assert_allclose(saliency(model, batch, class_index=0, samples=7).heatmap, plain, rtol=1e-5)


@pytest.mark.parametrize("samples", [2, 4, 11])
def test_smoothgrad_averages_the_gradients_of_noisy_copies(samples: int) -> None:
    # The gradient of this network is its input, so the average gradient is the average copy.
    batch, share = random_batch(5), 0.2
    noise = np.random.default_rng(3).standard_normal((samples, 5, 5, 3), np.float32)
    average = batch[0] + share * (batch.max() - batch.min()) * noise.mean(axis=0)
    strength = np.abs(average).max(axis=-1)
    expected = np.clip(strength / np.percentile(strength, 99), 0, 1)
    actual = saliency(squaring_network(5), batch, class_index=0, samples=samples, noise_share=share, seed=3).heatmap
    np.testing.assert_allclose(actual, expected, atol=1e-5)


def test_one_sample_is_the_plain_gradient_whatever_the_noise() -> None:
    batch = random_batch(5)
    strength = np.abs(batch[0]).max(axis=-1)
    expected = np.clip(strength / np.percentile(strength, 99), 0, 1)
    actual = saliency(squaring_network(5), batch, class_index=0, samples=1, noise_share=0.9).heatmap
    np.testing.assert_allclose(actual, expected, atol=1e-6)


def test_the_same_seed_gives_the_same_map_and_another_seed_another() -> None:
    model, batch = squaring_network(5), random_batch(5)
    first, again, other = (saliency(model, batch, class_index=0, samples=3, seed=seed).heatmap for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_a_single_pixel_that_counts_is_found_although_the_percentile_is_zero() -> None:
    weights = np.zeros((20, 20, 3), np.float32)
    weights[4, 17, 1] = -0.01
    heatmap = saliency(linear_network(weights), random_batch(20), class_index=0, samples=1).heatmap
    assert heatmap[4, 17] == 1
    assert heatmap.sum() == 1


def test_a_logit_that_depends_on_no_pixel_has_a_map_of_zeros() -> None:
    model = linear_network(np.zeros((2, 2, 3), np.float32))
    assert not saliency(model, random_batch(2), class_index=0).heatmap.any()


def test_a_class_that_the_network_lacks_is_refused() -> None:
    with pytest.raises(UnknownClassError):
        saliency(linear_network(WEIGHTS), random_batch(2), class_index=1)


@pytest.mark.parametrize("class_index", [0, 1, 2])
def test_every_component_of_the_gradient_is_that_of_finite_differences(class_index: int) -> None:
    model, batch, step = smooth_network(), random_batch(6), 1e-2
    shifts = step * np.eye(batch.size, dtype=np.float32).reshape(-1, 6, 6, 3)  # (108, 6, 6, 3)
    rise = model.logits(batch + shifts)[:, class_index] - model.logits(batch - shifts)[:, class_index]
    gradient = logit_gradient(model, batch, class_index=class_index)
    np.testing.assert_allclose(gradient.ravel(), rise / (2 * step), atol=2e-4)


def test_the_real_networks_gradient_is_that_of_finite_differences(model_host: ModelHost) -> None:
    photo = read_photo(sample_bytes("cat"), LIMITS).pixels
    model, batch = model_host.load(), to_batch(prepare_image(photo, "keras"))
    before = batch.copy()
    gradient = logit_gradient(model, batch, class_index=285)
    steepest = gradient / np.linalg.norm(gradient)
    step = 2.0  # grey levels, over all values together: small beside the ReLUs' kinks, large beside rounding
    uphill, downhill = model.logits(np.concatenate([batch + step * steepest, batch - step * steepest]))[:, 285]
    assert (uphill - downhill) / (2 * step) == pytest.approx(np.linalg.norm(gradient), rel=0.02)
    np.testing.assert_array_equal(batch, before)
