"""The gunicorn worker that serves a WSGI app from an event loop: ``worker_class`` in ``gunicorn.conf.py``."""

import asyncio
import os
import resource
import sys
from typing import TYPE_CHECKING, Any

from gunicorn.workers.gasgi import ASGIWorker

if TYPE_CHECKING:
    from vggweb.server.connections import Connection

FILES_BESIDE_CONNECTIONS = 256  # the database, temporary files, pipes to child processes
CHECK_SECONDS = 1.0
SWITCH_SECONDS = 0.001  # Python's default of 5 ms, times the threads that compute, is what the loop would wait
BACKLOG = 2048  # gunicorn's own; connections that the kernel holds until the loop takes them


class Worker(ASGIWorker):  # type: ignore[misc] # gunicorn has no types
    """Runs the app in threads, and connections with limits on the event loop."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.connections: set[Connection] = set()
        self.most_connections = _most_connections(self.worker_connections)

    def init_process(self) -> None:
        """Starts the loop, which is to have its turn soon however many threads compute in Python."""
        sys.setswitchinterval(SWITCH_SECONDS)
        super().init_process()

    def load_wsgi(self) -> None:
        """Loads the WSGI app and puts the bridge in front of it."""
        from vggweb.server.bridge import bridge_of  # the web, which gunicorn's master does without

        self.asgi = bridge_of(self.app.wsgi())

    def make_room_for(self, connection: "Connection") -> None:
        """Counts a new connection; past the limit, the one that has sent no request for longest goes."""
        self.connections.add(connection)
        if len(self.connections) > self.most_connections:
            idle = [one for one in self.connections if one.is_waiting and one is not connection]
            min(idle or [connection], key=lambda one: one.opened_at).abort()

    async def _serve(self) -> None:
        """Serves until a signal ends it; every second, tells gunicorn's master that all is well."""
        from vggweb.server.connections import Connection

        for listener in self.sockets:
            server = await self.loop.create_server(lambda: Connection(self), sock=listener.sock, backlog=BACKLOG)
            self.servers.append(server)
        while self.alive and self.ppid == os.getppid():
            self.notify()
            await asyncio.sleep(CHECK_SECONDS)
            for connection in list(self.connections):
                connection.check(self.loop.time(), self.asgi.patience)
        await self._shutdown()

    async def _shutdown(self) -> None:
        """Ends streams and idle connections; accepted requests are finished."""
        for server in self.servers:
            server.close()
        self.asgi.end_streams()
        for connection in list(self.connections):
            connection.leave_when_idle()
        await super()._shutdown()
        self.asgi.close()


def _most_connections(wanted: int) -> int:
    """The wanted number of connections, or as many as this process may have files open for."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = wanted + FILES_BESIDE_CONNECTIONS
    if soft < needed:
        soft = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return min(wanted, max(soft - FILES_BESIDE_CONNECTIONS, 16))
