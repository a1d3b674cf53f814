"""How gunicorn serves vggweb: one process, because TensorFlow does not survive a fork, and threads."""

from typing import Any

from vggweb.config import Settings
from vggweb.exits import setup_errors_stop_the_start
from vggweb.logs import logging_config
from vggweb.server.own_addresses import bind_address, host_and_port, open_addresses

with setup_errors_stop_the_start():
    settings = Settings.from_environ()
    host, port = host_and_port()

bind = bind_address(host, port)
workers = 1
worker_class = "vggweb.server.worker.Worker"  # requests and responses on an event loop, Flask in threads
preload_app = False  # the app, and with it TensorFlow, starts in the worker, after the fork
keepalive = 20  # seconds that an idle connection stays open for another request
worker_connections = 4000
limit_request_line = 8190  # bytes; a longer address than anybody needs, refused by the view rather than cut
timeout = 120
graceful_timeout = 20
control_socket_disable = True  # one more file in the home folder, which nothing here uses
logconfig_dict = logging_config(settings.log_level)


def post_worker_init(worker: Any) -> None:
    """Starts the services before the first request, or ends with a sentence that says why they cannot be."""
    from vggweb.web import start_serving

    start_serving(worker.app.wsgi())


def when_ready(server: Any) -> None:
    """Says where to look."""
    server.log.info("Open %s in a browser.", " or ".join(open_addresses(host, port)))
