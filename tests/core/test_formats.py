"""What files that are not read are called."""

import pytest

from vggweb.core.formats import format_of, name_of_unread_format


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"%PDF-1.7\n", "a PDF document"),
        (b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>", "an SVG drawing"),
        (b"8BPS\x00\x01", "a Photoshop document"),
        (b"\x00\x00\x00\x18ftypmp42", "a video"),
        (b"\x00\x00\x00\x18ftypcrx ", "a camera's raw picture"),
        (b"\x00\x00\x01\x00\x01\x00", "a Windows icon"),
        (b"P6\n2 2\n255\n", "a PPM picture"),
        (b"Business plan: draw more cats", None),
        (b"BMW is a maker of cars, and this is a text", None),
        (b"", None),
    ],
)
def test_a_file_that_is_not_read_is_called_by_its_name(data: bytes, name: str | None) -> None:
    assert not format_of(data)
    assert name_of_unread_format(data) == name


def test_a_bmp_is_known_by_its_headers_size_and_not_by_two_letters() -> None:
    assert format_of(b"BM" + bytes(12) + (40).to_bytes(4, "little"))
    assert not format_of(b"BM" + bytes(16))
