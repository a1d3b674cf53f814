"""What is kept of a photo is what the whole photo gives, whichever way it lies and however large it is."""

import io
import random

import numpy as np
import PIL.Image
import pytest

from tests.photo_files import LIMITS, PLAIN_FILES, file_of, photo, with_orientation
from vggweb.core import images
from vggweb.core.images import read_photo
from vggweb.core.prepared_photo import PreparedPhoto, prepare_photo
from vggweb.core.preprocessing import RESIZE_METHODS, prepare_image
from vggweb.core.shrinking import nearest_indices

SIZES = [(61, 43), (224, 224), (300, 1), (1, 300), (448, 224), (1000, 777), (513, 2001), (25_000, 30), (30, 25_001)]

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")


def differences(prepared: PreparedPhoto, pixels: np.ndarray) -> dict[str, int]:
    """How far each model input is from that of the whole photo, of 255."""
    return {
        method: int(np.abs(prepared.images[method].astype(int) - prepare_image(pixels, method)).max())
        for method in RESIZE_METHODS
    }


EQUAL = dict.fromkeys(RESIZE_METHODS, 0)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("band_pixels", [images.BAND_PIXELS, 5000])
def test_bands_give_the_pixels_of_the_whole_photo_turned_upright(
    monkeypatch: pytest.MonkeyPatch, size: tuple[int, int], orientation: int, band_pixels: int
) -> None:
    monkeypatch.setattr(images, "BAND_PIXELS", band_pixels)
    data = file_of(photo(*size), "PNG", exif=with_orientation(orientation))
    prepared, whole = prepare_photo(data, LIMITS), read_photo(data, LIMITS)
    assert differences(prepared, whole.pixels) == EQUAL
    assert prepared.facts == whole.facts


def test_random_sizes_give_the_pixels_of_the_whole_photo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "BAND_PIXELS", 20_000)
    noise = np.random.default_rng(0).integers(0, 256, (1500, 1500, 3), dtype=np.uint8)
    chance = random.Random(1)
    for _ in range(60):
        width, height = (chance.choice([chance.randint(1, 60), chance.randint(1, 1500)]) for _ in range(2))
        pixels = noise[:height, :width]
        prepared = prepare_photo(file_of(PIL.Image.fromarray(pixels), "BMP"), LIMITS)
        assert differences(prepared, pixels) == EQUAL, (width, height)


@pytest.mark.parametrize("kind", PLAIN_FILES)
def test_every_format_is_prepared_as_it_is_read(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    data = PLAIN_FILES[kind](photo(130, 90))
    whole = read_photo(data, LIMITS)
    monkeypatch.setattr(images, "BAND_PIXELS", 1000)
    assert differences(prepare_photo(data, LIMITS), whole.pixels) == EQUAL


def test_transparency_anywhere_is_noticed() -> None:
    picture = photo(300, 200).convert("RGBA")
    picture.putpixel((299, 199), (0, 0, 0, 0))
    assert prepare_photo(file_of(picture, "PNG"), LIMITS).facts.had_transparency
    assert not prepare_photo(file_of(photo(300, 200).convert("RGBA"), "PNG"), LIMITS).facts.had_transparency


@pytest.mark.parametrize("length", [1, 2, 223, 224, 225, 447, 448, 449, 1000, 6144, 8160, 65_535])
def test_the_nearest_pixels_are_those_that_pillow_takes(length: int) -> None:
    ramp = PIL.Image.fromarray(np.arange(length, dtype=np.int32)[np.newaxis])
    taken = np.asarray(ramp.resize((224, 1), PIL.Image.Resampling.NEAREST))[0]
    assert nearest_indices(length, 224) == taken.tolist()


@pytest.mark.parametrize(
    ("size", "shown"), [((4000, 3000), (1024, 768)), ((300, 200), (300, 200)), ((100, 3000), (34, 1024))]
)
def test_the_shown_copy_is_small_upright_and_like_the_photo(size: tuple[int, int], shown: tuple[int, int]) -> None:
    picture = photo(*size)
    prepared = prepare_photo(file_of(picture, "PNG", exif=with_orientation(3)), LIMITS)
    with PIL.Image.open(io.BytesIO(prepared.shown_jpeg)) as copy:
        assert copy.size == shown
        assert not copy.getexif()
        tiny = np.asarray(copy.convert("RGB").resize((8, 8), PIL.Image.Resampling.BOX)).astype(int)
    upright = picture.transpose(PIL.Image.Transpose.ROTATE_180).resize((8, 8), PIL.Image.Resampling.BOX)
    assert np.abs(tiny - np.asarray(upright)).max() <= 6
