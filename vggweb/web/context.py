"""The use cases of the app that answers the current request."""

from flask import current_app

from vggweb.startup import Services


def services() -> Services:
    """The services of the current app."""
    found: Services = current_app.extensions["vggweb"]
    return found
