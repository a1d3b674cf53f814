"""How a start that cannot succeed ends: with a sentence, and so that nobody tries it again for ever."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from vggweb.errors import SetupError

EXIT_CODE_STOPS_GUNICORN = 4  # gunicorn's APP_LOAD_ERROR: its master ends, too, instead of trying again


@contextmanager
def setup_errors_stop_the_start() -> Iterator[None]:
    """Turns a SetupError into its two sentences on stderr and an exit that gunicorn's master respects."""
    try:
        yield
    except SetupError as error:
        print(f"vggweb cannot start. {error.message} {error.hint}", file=sys.stderr)  # noqa: T201
        sys.exit(EXIT_CODE_STOPS_GUNICORN)
