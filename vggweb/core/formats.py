"""Which picture formats are read, and what to call those that are not."""

from importlib.util import find_spec
from typing import Final

import PIL.Image

JPEG_XL: Final = "JPEG XL"
JPEG_XL_PLUGIN = "pillow_jxl"  # the optional extra `jxl`
_WITH_JPEG_XL = find_spec(JPEG_XL_PLUGIN) is not None

# The formats that this installation really reads; the pages list them.
FORMAT_NAMES = ("JPEG", "PNG", "WebP", "GIF", "BMP", "TIFF", "AVIF", "HEIC", *([JPEG_XL] if _WITH_JPEG_XL else []))

_JXL_SIGNATURES = (b"\xff\x0a", b"\x00\x00\x00\x0cJXL \r\n\x87\n")  # codestream, container

# How files of our formats begin, whatever comes after: such a file that cannot be opened is a broken picture.
_OUR_SIGNATURES = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"II+\x00", "TIFF"),  # BigTIFF
    (b"MM\x00+", "TIFF"),
    *((signature, JPEG_XL) for signature in _JXL_SIGNATURES if _WITH_JPEG_XL),
)
# ISO/IEC 23008-12 and 23000-22 (MIAF), and AV1's binding to them: brands that say how the pictures are coded …
_AVIF_BRANDS = (b"avif", b"avis", b"avio", b"MA1A", b"MA1B")
_HEIC_BRANDS = (
    *(b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"hevm", b"hevs"),
    *(b"MiHB", b"MiHE", b"MiHA", b"MiHV"),
)
_GENERAL_BRANDS = (b"mif1", b"mif2", b"mif3", b"msf1", b"miaf", b"MiPr")  # … and those that do not
RAW: Final = "a camera's raw picture"

_OTHER_SIGNATURES = (
    (b"%PDF-", "a PDF document"),
    (b"8BPS", "a Photoshop document"),
    (b"\x00\x00\x00\x0cjP  ", "a JPEG 2000 picture"),
    (b"\xff\x4f\xff\x51", "a JPEG 2000 picture"),
    (b"\x00\x00\x01\x00", "a Windows icon"),
    (b"\x00\x00\x02\x00", "a Windows cursor"),
    (b"icns", "a macOS icon"),
    *((signature, "a JPEG XL picture") for signature in _JXL_SIGNATURES),
    (b"DDS ", "a DirectDraw texture"),
    (b"\x76\x2f\x31\x01", "an OpenEXR picture"),
    (b"#?RADIANCE", "a Radiance HDR picture"),
    (b"gimp xcf", "a GIMP picture"),
    (b"AT&TFORM", "a DjVu document"),
    (b"qoif", "a QOI picture"),
    (b"%!PS", "a PostScript file"),
    (b"\xd7\xcd\xc6\x9a", "a Windows metafile"),
    (b"SIMPLE  =", "a FITS picture"),
    (b"FUJIFILMCCD-RAW", RAW),  # RAF
    (b"IIU\x00", RAW),  # Panasonic RW2, Leica RWL
    (b"IIRO", RAW),  # Olympus ORF, three kinds
    (b"IIRS", RAW),
    (b"MMOR", RAW),
    (b"II\x1a\x00\x00\x00HEAPCCDR", RAW),  # Canon CRW
    (b"FOVb", RAW),  # Sigma X3F
    (b"\x00MRM", RAW),  # Minolta MRW
    (b"ARRI", RAW),
    (b"RAWADOBE", RAW),
    (b"\x1aE\xdf\xa3", "a video"),
    (b"\x00\x00\x01\xba", "a video"),
    (b"\x00\x00\x01\xb3", "a video"),
    (b"P1\n", "a PBM picture"),
    (b"P2\n", "a PGM picture"),
    (b"P3\n", "a PPM picture"),
    (b"P4\n", "a PBM picture"),
    (b"P5\n", "a PGM picture"),
    (b"P6\n", "a PPM picture"),
    (b"\x59\xa6\x6a\x95", "a Sun raster picture"),
    (b"\x01\xda", "an SGI picture"),
)
_LOOK_BYTES = 1024
_LOOK_AT_CODECS_BYTES = 64 * 1024
_PREFIX_BYTES = 16
_BMP_HEADER_BYTES = (12, 40, 52, 56, 64, 108, 124)  # the sizes that the header's versions have
_LONGEST_BRANDS_BYTES = 256

PIL.Image.init()  # registers every format that Pillow knows
_PILLOWS_NAMES = ("JPEG", "MPO", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "HEIF", "JXL")


def formats_sentence() -> str:
    """The formats that are read, as a sentence lists them: ``JPEG, PNG or WebP``."""
    *most, last = FORMAT_NAMES
    return f"{', '.join(most)} or {last}"


def format_of(data: bytes) -> str | None:
    """The one of `FORMAT_NAMES` that the bytes begin as; None if they begin as none of them."""
    for signature, name in _OUR_SIGNATURES:
        if data.startswith(signature):
            return name
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WebP"
    return "BMP" if _is_bmp(data) else _format_of_brands(data)


def _format_of_brands(data: bytes) -> str | None:
    """AVIF or HEIC, by the first brand that says how the pictures are coded."""
    if data[4:8] != b"ftyp":
        return None
    end = min(int.from_bytes(data[:4], "big"), _LONGEST_BRANDS_BYTES)
    brands = [data[8:12], *(data[place : place + 4] for place in range(16, end - 3, 4))]
    for brand in brands:
        if brand in _AVIF_BRANDS:
            return "AVIF"
        if brand in _HEIC_BRANDS:
            return "HEIC"
    if not any(brand in _GENERAL_BRANDS for brand in brands):
        return None
    return "AVIF" if b"av1C" in data[:_LOOK_AT_CODECS_BYTES] else "HEIC"


def _is_bmp(data: bytes) -> bool:
    """Whether the bytes begin as a BMP: its two letters alone could also be the start of a text."""
    return data.startswith(b"BM") and int.from_bytes(data[14:18], "little") in _BMP_HEADER_BYTES


def name_of_unread_format(data: bytes) -> str | None:
    """What kind of picture or document the bytes are, in words; None if they are no picture at all.

    No decoder runs: the first bytes decide, by the signatures above and those that Pillow knows.
    """
    for signature, name in _OTHER_SIGNATURES:
        if data.startswith(signature):
            return name
    if data[4:12] == b"ftypcrx ":  # Canon CR3
        return RAW
    if data[4:8] == b"ftyp" or (data[:4] == b"RIFF" and data[8:12] == b"AVI "):
        return "a video"
    if b"<svg" in data[:_LOOK_BYTES].lower():
        return "an SVG drawing"
    return _known_to_pillow(data)


def _known_to_pillow(data: bytes) -> str | None:
    if len(data) < _PREFIX_BYTES:  # Pillow's tests expect so many
        return None
    for name, (_, accepts) in PIL.Image.OPEN.items():
        # FITS, MPEG and others accept by signature; those without a test (TGA, PCD …) cannot be told from noise.
        if name not in _PILLOWS_NAMES and accepts is not None and accepts(data[:_PREFIX_BYTES]) is True:
            return f"a picture of the format {name}"
    return None
