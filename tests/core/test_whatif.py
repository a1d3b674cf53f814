"""What-if: each preparation against its own definition, Keras's preprocessing for the right ones, and real answers."""

import keras
import numpy as np
import pytest
from numpy.typing import NDArray

from tests.photo_files import LIMITS, sample_bytes
from vggweb.core.arrays import Batch, Image, Logits
from vggweb.core.images import read_photo
from vggweb.core.predictions import softmax, top_predictions
from vggweb.core.preprocessing import prepare_image, to_batch
from vggweb.core.whatif import Preparation, Variant, compare, prepare_variants, total_variation
from vggweb.services.model_host import ModelHost

NAMES = [
    "as_it_is",
    "no_swap",
    "no_mean",
    "zero_to_one",
    "grey",
    "mirrored",
    "upside_down",
    "crop",
    "squash",
    "blurred",
    "darker",
]


@pytest.fixture(scope="module")
def images() -> tuple[Image, Image, Image]:
    """The cat's model input as Keras makes it, its centre crop, and itself squashed smoothly."""
    photo = read_photo(sample_bytes("cat"), LIMITS).pixels
    return prepare_image(photo, "keras"), prepare_image(photo, "crop"), prepare_image(photo, "bilinear")


@pytest.fixture(scope="module")
def prepared(images: tuple[Image, Image, Image]) -> dict[str, Preparation]:
    image, crop, squash = images
    return {entry.name: entry for entry in prepare_variants(image, crop=crop, squash=squash)}


@pytest.fixture(scope="module")
def variants(prepared: dict[str, Preparation], model_host: ModelHost) -> dict[str, Variant]:
    return {entry.preparation.name: entry for entry in compare(model_host.load(), tuple(prepared.values()))}


def by_keras(image: Image) -> NDArray[np.float32]:
    return keras.applications.vgg16.preprocess_input(image[np.newaxis].astype(np.float32))


def test_there_are_the_real_result_and_ten_others(prepared: dict[str, Preparation]) -> None:
    assert list(prepared) == NAMES
    for entry in prepared.values():
        assert entry.batch.shape == (1, 224, 224, 3)
        assert entry.batch.dtype == np.float32


def test_the_right_preparations_are_kerass_of_the_changed_photo(
    images: tuple[Image, Image, Image], prepared: dict[str, Preparation]
) -> None:
    image, crop, squash = images
    expected = {
        "as_it_is": image,
        "mirrored": np.fliplr(image),
        "upside_down": np.rot90(image, 2),
        "crop": crop,
        "squash": squash,
    }
    for name, pixels in expected.items():
        np.testing.assert_array_equal(prepared[name].batch, by_keras(pixels), err_msg=name)


def test_the_mistakes_each_leave_out_what_they_say(
    images: tuple[Image, Image, Image], prepared: dict[str, Preparation]
) -> None:
    red, green, blue = images[0][0, 0].astype(np.float32)
    first_pixel = {name: entry.batch[0, 0, 0] for name, entry in prepared.items()}
    np.testing.assert_allclose(first_pixel["no_swap"], np.array([red - 103.939, green - 116.779, blue - 123.68]))
    np.testing.assert_array_equal(first_pixel["no_mean"], np.array([blue, green, red]))
    np.testing.assert_allclose(first_pixel["zero_to_one"], np.array([red, green, blue]) / 255)


def test_a_photo_without_the_swap_looks_blue_where_it_was_red(
    images: tuple[Image, Image, Image], prepared: dict[str, Preparation]
) -> None:
    np.testing.assert_array_equal(prepared["as_it_is"].picture, images[0])
    np.testing.assert_array_equal(prepared["no_swap"].picture, images[0][..., ::-1])


def test_grey_has_no_colour_and_blurred_less_detail_and_darker_less_light(
    images: tuple[Image, Image, Image], prepared: dict[str, Preparation]
) -> None:
    grey = prepared["grey"].picture
    np.testing.assert_array_equal(grey, grey[..., :1].repeat(3, axis=-1))
    luma = images[0] @ np.array([0.299, 0.587, 0.114])  # ITU-R BT.601, as Pillow's "L"
    np.testing.assert_allclose(grey[..., 0], luma, atol=1)
    detail, blurred_detail = (
        np.abs(np.diff(picture.astype(float), axis=1)).mean() for picture in (images[0], prepared["blurred"].picture)
    )
    assert blurred_detail < detail / 2
    np.testing.assert_allclose(prepared["darker"].picture, images[0] * 0.4, atol=0.51)


def test_preparing_leaves_the_three_images_as_they_were(images: tuple[Image, Image, Image]) -> None:
    before = [image.copy() for image in images]
    for entry in prepare_variants(images[0], crop=images[1], squash=images[2]):
        entry.batch[:] = 0
    for image, copy in zip(images, before, strict=True):
        np.testing.assert_array_equal(image, copy)


def test_distance_is_the_probability_that_would_have_to_move() -> None:
    first, second = np.zeros(1000, np.float32), np.zeros(1000, np.float32)
    first[:2] = 0.75, 0.25
    second[:3] = 0.25, 0.25, 0.5
    assert total_variation(first, second) == pytest.approx(0.5)
    assert total_variation(first, first) == 0
    assert total_variation(first, np.roll(first, 500)) == 1


def test_the_real_result_is_at_distance_0_and_all_others_further(variants: dict[str, Variant]) -> None:
    assert list(variants) == NAMES
    assert variants["as_it_is"].distance == 0
    assert all(0 < entry.distance <= 1 for name, entry in variants.items() if name != "as_it_is")


def test_each_variants_probabilities_are_those_of_its_own_batch(
    variants: dict[str, Variant], model_host: ModelHost
) -> None:
    for name in ("as_it_is", "upside_down", "zero_to_one"):
        batch: Batch = variants[name].preparation.batch
        alone = softmax(model_host.load().logits(batch))[0]
        np.testing.assert_allclose(variants[name].probabilities, alone, atol=1e-4, err_msg=name)


def test_all_variants_are_answered_in_one_forward_pass(
    images: tuple[Image, Image, Image], model_host: ModelHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = model_host.load()
    answer, sizes = model.logits, list[int]()

    def counted(batch: Batch) -> Logits:
        sizes.append(len(batch))
        return answer(batch)

    monkeypatch.setattr(model, "logits", counted)
    compare(model, [Preparation("a", to_batch(image)) for image in images])
    assert sizes == [3]


def test_a_mirrored_cat_is_still_a_cat_and_one_scaled_to_0_1_is_not(variants: dict[str, Variant]) -> None:
    mirrored, scaled = variants["mirrored"], variants["zero_to_one"]
    assert top_predictions(mirrored.probabilities)[0].label == "Egyptian_cat"
    assert top_predictions(scaled.probabilities)[0].label != "Egyptian_cat"
    assert mirrored.distance < 0.1
    assert scaled.distance > 0.9
