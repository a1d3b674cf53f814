"""The photo that a request brings, in whatever way a browser or a program sends it.

A file is known by its field, ``photo`` or ``file``, and never by its name: a multipart part without ``filename`` is
one, too. The body may also be the photo itself, under a type such as ``image/jpeg``.
"""

from collections.abc import Mapping
from typing import IO, Any

from flask import Flask, Request, request
from werkzeug.datastructures import Headers
from werkzeug.formparser import FormDataParser, MultiPartParser
from werkzeug.http import parse_options_header

from vggweb.errors import NoPhotoError

PHOTO_FIELDS = ("photo", "file")
OUR_FIELDS = frozenset((*PHOTO_FIELDS, "sample", "resize", "csrf_token", "delete_token"))
BYTES_CHARSET = "iso-8859-1"  # each byte is one letter, so that text gives the bytes back as they were
FORM_TYPES = ("multipart/form-data", "application/x-www-form-urlencoded")
RAW_TYPES = ("", "application/octet-stream")  # beside image/…
SHOWN_NAMES_LETTERS = 80


class PhotoPartsParser(MultiPartParser):
    """Reads a photo's part that has no ``filename``, so passes for text, without changing its bytes."""

    def get_part_charset(self, headers: Headers) -> str:
        """The charset of a part: one that keeps each byte if it is a photo's."""
        name = parse_options_header(headers.get("content-disposition"))[1].get("name")
        return BYTES_CHARSET if name in PHOTO_FIELDS else super().get_part_charset(headers)


class PhotoFormParser(FormDataParser):
    """Werkzeug's parser of forms, with `PhotoPartsParser` for those that hold files."""

    def parse(
        self, stream: IO[bytes], mimetype: str, content_length: int | None, options: dict[str, str] | None = None
    ) -> Any:
        """The stream, the form's fields and its files."""
        boundary = (options or {}).get("boundary", "")
        if mimetype != "multipart/form-data" or not boundary:
            return super().parse(stream, mimetype, content_length, options)
        parser = PhotoPartsParser(
            stream_factory=self.stream_factory,
            max_form_memory_size=self.max_form_memory_size,
            max_form_parts=self.max_form_parts,
            cls=self.cls,
        )
        try:
            return stream, *parser.parse(stream, boundary.encode(), content_length)
        except ValueError:  # no multipart after all
            return stream, self.cls(), self.cls()


class PhotoRequest(Request):
    """A request whose forms may hold photos."""

    form_data_parser_class = PhotoFormParser


def init_app(app: Flask) -> None:
    """Lets the app's requests be read so; what stands in memory is bounded by the whole body's limit."""
    app.request_class = PhotoRequest
    app.config["MAX_FORM_MEMORY_SIZE"] = app.config["MAX_CONTENT_LENGTH"]


def sent_photo() -> bytes:
    """The bytes of the photo that this request brings.

    Raises:
        NoPhotoError: there is none; the message names what came instead.
    """
    data = _from_files() or _from_unnamed_part() or _from_body()
    if not data:
        raise _no_photo()
    return data


def _from_files() -> bytes:
    files = (file for field in PHOTO_FIELDS for file in request.files.getlist(field))
    return next(filter(None, (file.read() for file in files)), b"")


def _from_unnamed_part() -> bytes:
    if request.mimetype != "multipart/form-data":
        return b""
    text = next(filter(None, (request.form.get(field) for field in PHOTO_FIELDS)), "")
    return text.encode(BYTES_CHARSET, "replace")


def _from_body() -> bytes:
    is_raw = request.mimetype in RAW_TYPES or request.mimetype.startswith("image/")
    return request.get_data(cache=False) if is_raw else b""


def _no_photo() -> NoPhotoError:
    sent = _foreign_names(request.files) + _foreign_names(request.form)
    hint = (
        "A program sends the file in the multipart field photo, or as the body itself with a type such as image/jpeg."
    )
    if sent:
        names = ", ".join(dict.fromkeys(sent))[:SHOWN_NAMES_LETTERS]
        return NoPhotoError("No photo arrived in the field photo: what came is called %(names)s.", hint, names=names)
    if request.mimetype not in (*FORM_TYPES, *RAW_TYPES) and not request.mimetype.startswith("image/"):
        return NoPhotoError("A body of the type %(type)s is not read as a photo.", hint, type=request.mimetype[:80])
    return NoPhotoError()


def _foreign_names(fields: Mapping[str, Any]) -> list[str]:
    return [name or "nothing" for name in fields if name not in OUR_FIELDS]  # a part may have no name at all
