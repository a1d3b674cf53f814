"""JPEG: the segments before the first scan (ITU-T T.81, annex B)."""

from collections.abc import Iterator
from dataclasses import dataclass

from vggweb.core.photo_headers.header import BYTES_PER_PIXEL, UPRIGHT, PhotoHeader, Size, big, checked_orientation
from vggweb.core.photo_headers.tiff_tags import orientation_of_exif
from vggweb.errors import PhotoTooLargeError, UnsupportedFormatError

START, END = b"\xff\xd8", b"\xff\xd9"
SCAN = 0xDA
PROGRESSIVE = 0xC2
READ_FRAMES = (0xC0, 0xC1, PROGRESSIVE, 0xC9, 0xCA)  # baseline, extended, progressive; the last two arithmetic
FRAMES = (*READ_FRAMES, 0xC3, 0xC5, 0xC6, 0xC7, 0xCB, 0xCD, 0xCE, 0xCF, 0xF7)
TABLES = (0xC4, 0xCC, 0xDB, 0xDC, 0xDD)  # Huffman, arithmetic, quantisation, lines, restart interval
JFIF, EXIF, ADOBE = 0xE0, 0xE1, 0xEE
JFIF_BYTES, ADOBE_BYTES = 14, 12  # libjpeg believes these two segments from this length on
READ_COMPONENTS = (1, 3, 4)
READ_PRECISION_BITS = 8
FRAME_BYTES = 6  # precision, height, width, number of components; three bytes for each of them follow
COEFFICIENT_BYTES = 2
ORDINARY_SCANS = 30  # encoders write about ten
MOST_SCANNED_PIXELS = 3_000_000_000  # each scan goes over the whole picture, also an empty one: some 3 s


@dataclass(frozen=True)
class _Frame:
    marker: int
    content: bytes

    @property
    def size(self) -> Size:
        return Size(big(self.content[3:5]), big(self.content[1:3]))

    @property
    def components(self) -> int:
        return self.content[5]

    def check(self) -> None:
        if len(self.content) < FRAME_BYTES + 3 * self.components or not self.size.pixels:
            raise ValueError("the frame's header is broken")
        unread = self.marker not in READ_FRAMES or self.components not in READ_COMPONENTS
        if unread or self.content[0] != READ_PRECISION_BITS:
            raise UnsupportedFormatError("The file is a kind of JPEG that is not read here.")

    def coefficients(self) -> int:
        """How many there are in all components, which may be sampled more coarsely than the picture."""
        factors = [
            (byte >> 4, byte & 15) for byte in self.content[FRAME_BYTES + 1 : FRAME_BYTES + 3 * self.components : 3]
        ]
        across, down = max(pair[0] for pair in factors) or 1, max(pair[1] for pair in factors) or 1
        return sum(self.size.pixels * pair[0] * pair[1] // (across * down) for pair in factors)


def read(data: bytes) -> PhotoHeader:
    """The header of a JPEG; of its segments those stay that say how to decode it.

    Raises:
        UnsupportedFormatError: a variant that is not read.
        PhotoTooLargeError: it has more scans than a photo of its size.
    """
    kept, frame, orientation = [START], None, UPRIGHT
    for marker, position, segment in _segments(data):
        if marker in FRAMES:
            frame = _Frame(marker, segment[4:])
            frame.check()
        if marker == SCAN:
            return _header(data, frame, orientation, b"".join(kept), position)
        if marker == EXIF and segment[4:10] == b"Exif\0\0" and orientation == UPRIGHT:
            orientation = checked_orientation(orientation_of_exif(segment[4:]))
        if _is_needed(marker, segment):
            kept.append(segment)
    raise ValueError("no scan")


def _header(data: bytes, frame: _Frame | None, orientation: int, start: bytes, scan: int) -> PhotoHeader:
    if frame is None:
        raise ValueError("a scan without a frame")
    scans = data.count(bytes([0xFF, SCAN]), scan)
    if scans > ORDINARY_SCANS and scans * frame.size.pixels > MOST_SCANNED_PIXELS:
        raise PhotoTooLargeError("Decoding the picture takes longer than a photo may take.")
    memory = frame.size.pixels * (1 if frame.components == 1 else BYTES_PER_PIXEL)
    if frame.marker in (PROGRESSIVE, 0xCA) or data[scan + 4 : scan + 5] != bytes([frame.components]):
        memory += frame.coefficients() * COEFFICIENT_BYTES  # of several scans the decoder keeps all coefficients
    return PhotoHeader(
        sizes=(frame.size,),
        data=start + data[scan:],
        memory_bytes=memory,
        orientation=orientation,
        whole=data.find(END, scan) >= 0,
    )


def _segments(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Each segment up to the first scan's: its marker, where it begins, and its bytes, marker included."""
    position = len(START)
    while True:
        while data[position + 1 : position + 2] == b"\xff":  # any number of fill bytes may come before a marker
            position += 1
        length = big(data[position + 2 : position + 4])
        end = position + 2 + length
        if data[position : position + 1] != b"\xff" or length < 2 or end > len(data):  # noqa: PLR2004 - its own two bytes
            raise ValueError("the file stops or breaks between segments")
        yield data[position + 1], position, data[position:end]
        position = end


def _is_needed(marker: int, segment: bytes) -> bool:
    """Whether libjpeg needs a segment: tables and frames, and the two that tell which colours the numbers are."""
    if marker in TABLES or marker in FRAMES:
        return True
    content = segment[4:]
    if marker == JFIF:
        return content[:5] == b"JFIF\0" and len(content) >= JFIF_BYTES
    return marker == ADOBE and content[:5] == b"Adobe" and len(content) >= ADOBE_BYTES
