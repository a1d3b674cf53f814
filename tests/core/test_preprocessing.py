"""The model input and the batch are Keras's own, pixel for pixel and bit for bit."""

import io
import subprocess
import sys

import keras
import numpy as np
import pi_heif
import PIL.Image
import pytest
from numpy.typing import NDArray

from tests.photo_files import LIMITS, PLAIN_FILES, SAMPLE_NAMES, photo, sample_bytes
from vggweb.core.arrays import Image, Photo
from vggweb.core.images import read_photo
from vggweb.core.preprocessing import (
    MEAN_BGR,
    RESIZE_METHODS,
    ResizeMethod,
    prepare_image,
    to_batch,
    to_image,
)

SIZES = [(1, 1), (3, 500), (223, 225), (224, 224), (225, 223), (301, 97)]  # width, height


def read(data: bytes) -> Photo:
    return read_photo(data, LIMITS).pixels


def loaded_by_keras(data: bytes) -> NDArray[np.uint8]:
    """What load_img gives; of HEIC, which Pillow reads with a plugin only, by way of PNG."""
    if pi_heif.is_supported(data) and b"avif" not in data[:32]:
        png = io.BytesIO()
        pi_heif.open_heif(io.BytesIO(data)).to_pillow().save(png, "PNG")
        data = png.getvalue()
    return np.asarray(keras.utils.load_img(io.BytesIO(data), target_size=(224, 224)))


def noise(height: int, width: int, *, seed: int = 0) -> Photo:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("kind", PLAIN_FILES)
def test_keras_resize_equals_load_img_pixel_for_pixel(kind: str, size: tuple[int, int]) -> None:
    data = PLAIN_FILES[kind](photo(*size))
    np.testing.assert_array_equal(prepare_image(read(data), "keras"), loaded_by_keras(data))


@pytest.mark.parametrize("name", SAMPLE_NAMES)
def test_keras_resize_equals_load_img_on_every_sample(name: str) -> None:
    data = sample_bytes(name)
    np.testing.assert_array_equal(prepare_image(read(data), "keras"), loaded_by_keras(data))


@pytest.mark.parametrize("seed", range(5))
def test_the_batch_equals_preprocess_input_bit_for_bit(seed: int) -> None:
    image = noise(224, 224, seed=seed)
    expected = keras.applications.vgg16.preprocess_input(image[np.newaxis].astype(np.float32))
    batch = to_batch(image)
    assert batch.dtype == np.float32
    np.testing.assert_array_equal(batch.view(np.uint32), np.ascontiguousarray(expected).view(np.uint32))


def test_every_pixel_value_gives_the_same_bits_as_preprocess_input() -> None:
    image = np.zeros((224, 224, 3), np.uint8)
    image[0] = np.arange(224)[:, None]
    image[1, :32] = np.arange(224, 256)[:, None]
    expected = keras.applications.vgg16.preprocess_input(image[np.newaxis].astype(np.float32))
    np.testing.assert_array_equal(to_batch(image), expected)


def test_making_the_batch_leaves_the_image_as_it_was() -> None:
    image = noise(224, 224)
    before = image.copy()
    batch = to_batch(image)
    assert not np.shares_memory(batch, image)
    np.testing.assert_array_equal(image, before)


def test_a_batch_turns_back_into_its_image() -> None:
    image = noise(224, 224)
    np.testing.assert_array_equal(to_image(to_batch(image)), image)


def test_the_mean_is_the_one_that_keras_subtracts() -> None:
    black = np.zeros((1, 1, 1, 3), np.float32)
    np.testing.assert_array_equal(-keras.applications.vgg16.preprocess_input(black)[0, 0, 0], MEAN_BGR)


@pytest.mark.parametrize("resize", RESIZE_METHODS)
@pytest.mark.parametrize("shape", [(1, 1), (1, 7), (50_000, 1), (1, 50_000), (640, 480)])
def test_every_photo_becomes_a_224_pixel_square(shape: tuple[int, int], resize: ResizeMethod) -> None:
    pixels = noise(*shape)
    before = pixels.copy()
    image = prepare_image(pixels, resize)
    assert image.shape == (224, 224, 3)
    assert image.dtype == np.uint8
    np.testing.assert_array_equal(pixels, before)


@pytest.mark.parametrize("resize", RESIZE_METHODS)
def test_one_colour_stays_that_colour(resize: ResizeMethod) -> None:
    pixels = np.full((311, 97, 3), (200, 30, 7), np.uint8)
    assert np.unique(prepare_image(pixels, resize).reshape(-1, 3), axis=0).tolist() == [[200, 30, 7]]


def test_bilinear_counts_every_source_pixel() -> None:
    stripes = np.zeros((448, 448, 3), np.uint8)
    stripes[:, ::2] = 255  # half of the pixels are white: nearest neighbour sees all or none of them
    assert np.unique(prepare_image(stripes, "keras")).size == 1
    assert abs(float(prepare_image(stripes, "bilinear").mean()) - 127.5) < 1.0


def test_bilinear_weighs_by_a_triangle_as_wide_as_the_reduction() -> None:
    pixels = noise(448, 448)
    weights = np.zeros((224, 448))  # Pillow's triangle filter, from its definition
    for row in range(224):
        centre = 2 * row + 1
        distances = np.abs(np.arange(448) + 0.5 - centre) / 2
        weights[row] = np.maximum(0, 1 - distances)
        weights[row] /= weights[row].sum()
    expected = np.einsum("iy,jx,yxc->ijc", weights, weights, pixels.astype(np.float64), optimize=True)
    difference = np.abs(prepare_image(pixels, "bilinear").astype(np.float64) - expected)
    assert difference.max() <= 1.01  # two passes, each rounded to whole numbers


def cropped_in_two_steps(pixels: Photo) -> Image:
    """The paper's way: the shorter side to 256, then the centre cut out."""
    height, width = pixels.shape[:2]
    scale = 256 / min(height, width)
    size = (round(width * scale), round(height * scale))
    scaled = PIL.Image.fromarray(pixels).resize(size, PIL.Image.Resampling.BILINEAR)
    left, top = (size[0] - 224) // 2, (size[1] - 224) // 2
    return np.asarray(scaled.crop((left, top, left + 224, top + 224)))


@pytest.mark.parametrize("size", [(256, 256), (512, 256), (256, 768), (640, 512), (512, 1024), (1536, 768)])
def test_crop_equals_scaling_to_256_and_cutting_out_the_centre(size: tuple[int, int]) -> None:
    pixels = np.asarray(photo(*size, name="temple"))
    difference = np.abs(prepare_image(pixels, "crop").astype(int) - cropped_in_two_steps(pixels))
    assert difference.max() <= 1


@pytest.mark.parametrize("name", SAMPLE_NAMES)
def test_crop_stays_close_to_the_paper_on_every_sample(name: str) -> None:
    pixels = read(sample_bytes(name))
    difference = np.abs(prepare_image(pixels, "crop").astype(int) - cropped_in_two_steps(pixels))
    assert difference.mean() < 5.0  # of 255; a side that is not whole after scaling moves the centre by half a pixel


def test_crop_keeps_the_middle_and_the_proportions() -> None:
    pixels = np.zeros((256, 1024, 3), np.uint8)
    pixels[:, 512 - 112 : 512 + 112] = 255
    assert prepare_image(pixels, "crop").min() == 255


def test_a_photo_of_fifty_million_pixels_in_one_column_needs_little_more_memory_than_itself() -> None:
    code = (
        "import resource, numpy as np\n"
        "from pathlib import Path\n"
        "from vggweb.core.preprocessing import prepare_image\n"
        "photo = np.full((50_000_000, 1, 3), 7, np.uint8)\n"
        "used = int(Path('/proc/self/statm').read_text().split()[0]) * resource.getpagesize()\n"
        "limit = used + 1_000_000_000\n"  # without shortening it takes between 1.2 and 1.6 GB, with it under 0.8
        "resource.setrlimit(resource.RLIMIT_AS, (limit, limit))\n"
        "assert (prepare_image(photo, 'bilinear') == 7).all()\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_preprocessing_does_not_start_tensorflow() -> None:
    code = "import sys, vggweb.core.preprocessing; sys.exit('tensorflow' in sys.modules or 'keras' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
