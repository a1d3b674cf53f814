"""A real nginx with the configuration of deploy/, in front of a running server."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from tests.servers import ROOT, free_port

FILES = ROOT / "deploy" / "nginx"
NGINX = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
START_SECONDS = 20


def configuration(folder: Path, port: int, *nodes: str, site: str = "vggweb.conf") -> Path:
    """deploy/'s files in `folder`, with paths there, on that port, in front of these nodes (``host:port``)."""
    folder.mkdir(parents=True, exist_ok=True)
    servers = "\n".join(f"server {node};" for node in nodes)
    changes = {
        "/etc/nginx/vggweb/vggweb.conf": f"/etc/nginx/vggweb/{site}",
        "/etc/nginx/vggweb": str(folder),
        "/run/nginx.pid": f"{folder}/nginx.pid",
        "/tmp/nginx-": f"{folder}/nginx-",
        "listen 8080": f"listen 127.0.0.1:{port}",
        "server web:8000;": servers,
    }
    for file in FILES.glob("*.conf"):
        text = file.read_text(encoding="utf-8")
        for old, new in changes.items():
            text = text.replace(old, new)
        (folder / file.name).write_text(text, encoding="utf-8")
    return folder / "nginx.conf"


def command(configuration: Path, *arguments: str) -> list[str]:
    """nginx with that configuration; as root it stays root, since the test's folders are nobody else's."""
    assert NGINX, "nginx is missing: tests/install_nginx.sh"
    user = " user root;" if os.geteuid() == 0 else ""
    return [NGINX, "-c", str(configuration), "-e", "stderr", "-g", f"daemon off;{user}", *arguments]


@contextmanager
def running_nginx(folder: Path, *nodes: str, site: str = "vggweb.conf") -> Iterator[str]:
    """nginx's address, without a slash at the end, while it runs."""
    port = free_port()
    file = configuration(folder, port, *nodes, site=site)
    with (folder / "nginx.log").open("wb") as log:
        process = subprocess.Popen(command(file), stderr=log)
    try:
        _wait_until_it_listens(f"http://127.0.0.1:{port}", process, folder / "nginx.log")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


def _wait_until_it_listens(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()
        try:
            requests.get(f"{url}/metrics", timeout=5)
        except requests.ConnectionError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(log.read_text())
