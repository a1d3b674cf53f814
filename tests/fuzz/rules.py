"""Every address of the app, as Flask writes it, without starting a server."""

import tempfile
from dataclasses import replace
from functools import cache
from pathlib import Path

from vggweb.config import Settings
from vggweb.startup import build_services
from vggweb.web import create_app


@cache
def addresses() -> list[str]:
    """The rules, in the order of their names; the workers' and static files' among them."""
    with tempfile.TemporaryDirectory() as folder:
        settings = replace(Settings.from_environ({}), data=Path(folder), weights="compact")
        services = build_services(settings)
        app = create_app(settings, services=services)
        services.store.close()
    return sorted({rule.rule for rule in app.url_map.iter_rules()})
