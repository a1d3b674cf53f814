"""What the server and a decoding child say to each other over pipes: lengths, JSON, bytes. Nothing is unpickled.

The child has read a stranger's bytes, so what it says is read as strictly as if the stranger had written it.
"""

import json
import struct
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from vggweb.core.architecture import IMAGE_SIZE_PX
from vggweb.core.images import PhotoLimits
from vggweb.core.photo_facts import PhotoFacts
from vggweb.core.prepared_photo import PreparedPhoto
from vggweb.core.preprocessing import RESIZE_METHODS
from vggweb.errors import (
    CorruptImageError,
    NoPhotoError,
    NotAnImageError,
    PhotoError,
    PhotoTooLargeError,
    UnsupportedFormatError,
    VggwebError,
)

PhotoProblem = PhotoError | NoPhotoError
Read = Callable[[int], bytes]  # gives so many bytes, fewer only at the end

_REQUEST = struct.Struct(">QQQQ")  # length of the file, then the three limits
_RESPONSE = struct.Struct(">II")  # length of the JSON, length of the JPEG behind the images
_IMAGE_BYTES = IMAGE_SIZE_PX * IMAGE_SIZE_PX * 3
LARGEST_JSON_BYTES = 64 * 1024
LARGEST_JPEG_BYTES = 8 * 1024 * 1024
PROBLEMS: dict[str, type[PhotoProblem]] = {
    kind.__name__: kind
    for kind in (NoPhotoError, NotAnImageError, UnsupportedFormatError, PhotoTooLargeError, CorruptImageError)
}


@dataclass(frozen=True)
class Response:
    """What a child says of one photo.

    Attributes:
        photo: the photo, or what is wrong with it.
        retires: the child has grown and ends now, so that its memory goes back to the system.
    """

    photo: PreparedPhoto | PhotoProblem
    retires: bool


def request_bytes(data: bytes, limits: PhotoLimits) -> bytes:
    """What stands before the file in a request."""
    return _REQUEST.pack(len(data), limits.max_pixels, limits.max_bytes, limits.max_memory_bytes)


def read_request(read: Read) -> tuple[bytes, PhotoLimits] | None:
    """The next file and its limits; None once the server has closed the pipe."""
    header = read(_REQUEST.size)
    if len(header) < _REQUEST.size:
        return None
    length, max_pixels, max_bytes, max_memory_bytes = _REQUEST.unpack(header)
    data = read(length)
    return (data, PhotoLimits(max_pixels, max_bytes, max_memory_bytes)) if len(data) == length else None


def response_bytes(response: Response) -> bytes:
    """The response as it goes through the pipe."""
    photo = response.photo
    if isinstance(photo, VggwebError):
        text, body = _json(error=_problem(photo), retires=response.retires), b""
        return _RESPONSE.pack(len(text), 0) + text
    text = _json(facts=asdict(photo.facts), retires=response.retires)
    body = b"".join(photo.images[method].tobytes() for method in RESIZE_METHODS) + photo.shown_jpeg
    return _RESPONSE.pack(len(text), len(photo.shown_jpeg)) + text + body


def read_response(read: Read) -> Response:
    """The next response.

    Raises:
        ValueError: it is cut off, or no response: the child has ended, or is no longer itself.
    """
    text_length, jpeg_length = _RESPONSE.unpack(_exactly(read, _RESPONSE.size))
    if text_length > LARGEST_JSON_BYTES or jpeg_length > LARGEST_JPEG_BYTES:
        raise ValueError("a response without measure")
    try:
        said = json.loads(_exactly(read, text_length))
        photo = _problem_of(said["error"]) if "error" in said else _photo(said["facts"], read, jpeg_length)
        return Response(photo, bool(said["retires"]))
    except (KeyError, TypeError) as error:
        raise ValueError("no response") from error


def _exactly(read: Read, count: int) -> bytes:
    data = read(count)
    if len(data) < count:
        raise ValueError("the child has ended")
    return data


def _json(**values: object) -> bytes:
    return json.dumps(values).encode()


def _problem(problem: PhotoProblem) -> dict[str, Any]:
    return {
        "name": type(problem).__name__,
        "message": problem.message_template,
        "hint": problem.hint_template,
        "values": {name: str(value) for name, value in problem.values.items()},
    }


def _problem_of(said: dict[str, Any]) -> PhotoProblem:
    values = {str(name): str(value) for name, value in said["values"].items()}
    return PROBLEMS[said["name"]](str(said["message"]), str(said["hint"]), **values)


def _photo(said: dict[str, Any], read: Read, jpeg_length: int) -> PreparedPhoto:
    facts = PhotoFacts(
        width=int(said["width"]),
        height=int(said["height"]),
        format=str(said["format"]),
        was_rotated=bool(said["was_rotated"]),
        had_transparency=bool(said["had_transparency"]),
    )
    shape = (IMAGE_SIZE_PX, IMAGE_SIZE_PX, 3)
    images = {method: np.frombuffer(_exactly(read, _IMAGE_BYTES), np.uint8).reshape(shape) for method in RESIZE_METHODS}
    return PreparedPhoto(images, _exactly(read, jpeg_length), facts)
