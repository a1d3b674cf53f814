"""What is kept of a visitor, for how long, and how it goes away: the page that says so, from the settings."""

from flask import Response, make_response, render_template

from vggweb.web.context import services
from vggweb.web.cookies import COOKIE_DAYS
from vggweb.web.routing import Area

blueprint = Area("privacy", __name__)


@blueprint.get("/privacy")
def show() -> Response:
    """The page for visitors."""
    settings = services().settings
    return make_response(
        render_template("pages/privacy.html", result_days=settings.result_days, cookie_days=COOKIE_DAYS)
    )
