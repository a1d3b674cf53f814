"""The home page: the upload form, the samples, the visitor's own recent results."""

from typing import Any

from flask import Response, make_response, render_template

from vggweb.core.formats import FORMAT_NAMES
from vggweb.errors import VggwebError
from vggweb.services.samples import SAMPLES
from vggweb.web import visitors
from vggweb.web.context import services
from vggweb.web.routing import Area
from vggweb.web.sentences.result import RESIZE_METHODS
from vggweb.web.sentences.samples import CAPTIONS

blueprint = Area("home", __name__)


@blueprint.get("/")
def home() -> Response:
    """The page."""
    return make_response(home_page())


def home_page(*, error: VggwebError | None = None, resize: str = "keras") -> str:
    """The home page's HTML, with an error in place and what was entered kept."""
    return render_template(
        "pages/home.html",
        samples=SAMPLES,
        recent=services().results.recent(visitors.known_owner()),
        captions=CAPTIONS,
        **upload_form(error=error, resize=resize),
    )


def upload_form(*, error: VggwebError | None = None, resize: str = "keras") -> dict[str, Any]:
    """What the partial of the upload form shows, on whichever page it stands."""
    settings = services().settings
    return {
        "error": error,
        "resize": resize,
        "resize_methods": RESIZE_METHODS.values(),
        "max_upload_bytes": settings.max_upload_bytes,
        "max_pixels": settings.max_pixels,
        "formats": FORMAT_NAMES,
    }
