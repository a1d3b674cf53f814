"""Sends a page's forms as a browser does, with the token that the page carries."""

import re

from flask.testing import FlaskClient
from werkzeug.test import TestResponse


def press(client: FlaskClient, page: str, address: str, **fields: object) -> TestResponse:
    """The answer to a form that stands on `page` and is sent to `address`, redirects not followed."""
    token = re.findall(r'name="csrf_token" value="([^"]+)"', client.get(page).text)[0]
    return client.post(address, data={"csrf_token": token, **fields})
