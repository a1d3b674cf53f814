"""The process that decodes: ``python -m vggweb.decoding.child MEMORY_BYTES SECONDS``, one photo after the other.

It imports neither TensorFlow nor Flask, has no database and no network address, writes no file, and ends when the
server that started it closes the pipe, however it does so.
"""

import os
import sys

from vggweb.core.images import PhotoLimits
from vggweb.core.prepared_photo import PreparedPhoto, prepare_photo
from vggweb.decoding.limits import forbid_files, limit_memory, limit_time, resident_bytes, silence
from vggweb.decoding.messages import PhotoProblem, Response, read_request, response_bytes
from vggweb.errors import NoPhotoError, PhotoError

GROWTH_BYTES = 48 * 1024 * 1024  # what a child may keep of a large photo before it makes room for a fresh one


def main(memory_bytes: int, seconds: float) -> None:
    """Answers requests from standard input until it is closed."""
    responses = os.fdopen(silence(), "wb")
    forbid_files()
    limit_memory(memory_bytes)
    most_bytes = resident_bytes() + GROWTH_BYTES
    while request := read_request(sys.stdin.buffer.read):
        limit_time(seconds)
        response = _answer(*request, most_bytes)
        limit_time(0)
        responses.write(response_bytes(response))
        responses.flush()
        if response.retires:
            return


def _answer(data: bytes, limits: PhotoLimits, most_bytes: int) -> Response:
    photo = _outcome(data, limits)
    return Response(photo, retires=resident_bytes() > most_bytes)


def _outcome(data: bytes, limits: PhotoLimits) -> PreparedPhoto | PhotoProblem:
    try:
        return prepare_photo(data, limits)
    except (PhotoError, NoPhotoError) as problem:
        return problem


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]))
