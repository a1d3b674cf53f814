"""What every page knows: the header's links, which weights answer."""

from flask import Flask, request, url_for
from flask_babel import gettext as _

from vggweb.web.context import services
from vggweb.web.sentences.weights import variant_note


def init_app(app: Flask) -> None:
    """Gives the templates `nav`, `weights` and `variant_note`."""

    @app.context_processor
    def know() -> dict[str, object]:
        host = services().model_host
        note = variant_note(services().model_used(), host.choice)
        return {"weights": host.weights, "variant_note": note, "nav": navigation()}


def navigation() -> list[tuple[str, str, bool]]:
    """The header's links: title, address, whether this page belongs to it."""
    entries = (
        (_("Classify a photo"), "home.home"),
        (_("The camera"), "live.show"),
        (_("Demo"), "demo.start"),
        (_("Class"), "rooms.new"),
        (_("Inside"), "layers.index"),
        (_("The 1000 words"), "words.show"),
        (_("Questions"), "questions.show"),
        (_("The model"), "model.show"),
    )
    addresses = [(title, url_for(name)) for title, name in entries]
    return [(title, address, address == f"{request.root_path}{request.path}") for title, address in addresses]
