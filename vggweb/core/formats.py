"""Which picture formats are read, and what to call those that are not."""

import importlib.util

import PIL.Image

# Pillow's format names → what people call them.
FORMATS = {
    "JPEG": "JPEG",
    "MPO": "JPEG",  # what many phones write: a JPEG with a second view behind it
    "PNG": "PNG",
    "WEBP": "WebP",
    "GIF": "GIF",
    "BMP": "BMP",
    "TIFF": "TIFF",
    "AVIF": "AVIF",
    "HEIF": "HEIC",
}
if importlib.util.find_spec("pillow_jxl"):  # the optional extra `jxl`
    FORMATS["JXL"] = "JPEG XL"

# What people call them, each once.
FORMAT_NAMES = tuple(dict.fromkeys(FORMATS.values()))

# The decoders that may run on a visitor's bytes; the JPEG one opens MPO, too.
DECODERS = tuple(name for name in FORMATS if name != "MPO")

_JXL_SIGNATURES = (b"\xff\x0a", b"\x00\x00\x00\x0cJXL \r\n\x87\n")  # codestream, container

# How files of our formats begin, whatever comes after: such a file that cannot be opened is a broken picture.
_OUR_SIGNATURES = (
    b"\xff\xd8\xff",  # JPEG
    b"\x89PNG\r\n\x1a\n",
    b"GIF87a",
    b"GIF89a",
    b"II*\x00",  # TIFF, little-endian
    b"MM\x00*",  # TIFF, big-endian
    b"II+\x00",  # BigTIFF
    b"MM\x00+",
    *(_JXL_SIGNATURES if "JXL" in FORMATS else ()),
)
_OUR_BRANDS = (b"avif", b"avis", b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1")

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
    (b"FUJIFILMCCD-RAW", "a camera's raw picture"),
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
_PREFIX_BYTES = 16
_BMP_HEADER_BYTES = (12, 40, 52, 56, 64, 108, 124)  # the sizes that the header's versions have

PIL.Image.init()  # registers every format that Pillow knows


def reads(data: bytes) -> bool:
    """Whether the bytes begin as a file of a format that is read here."""
    if data.startswith(_OUR_SIGNATURES) or _is_bmp(data):
        return True
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return True
    return data[4:8] == b"ftyp" and data[8:12] in _OUR_BRANDS


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
    if data[4:12] == b"ftypcrx ":
        return "a camera's raw picture"
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
        if name not in FORMATS and accepts is not None and accepts(data[:_PREFIX_BYTES]) is True:
            return f"a picture of the format {name}"
    return None
