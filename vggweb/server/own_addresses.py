"""Where this server can be opened: addresses that work in a browser, the one in the local network among them."""

import ipaddress
import os
import socket

from vggweb.errors import SettingError

LARGEST_PORT = 65535
UNROUTED = {socket.AF_INET: "192.0.2.1", socket.AF_INET6: "2001:db8::1"}  # for documentation (RFC 5737, RFC 3849)
EVERYWHERE = {"": socket.AF_INET, "0.0.0.0": socket.AF_INET, "::": socket.AF_INET6}  # noqa: S104 - compared, not bound


def host_and_port() -> tuple[str, int]:
    """Where the environment says to listen; ``[::]`` and ``::`` are the same host.

    Raises:
        SettingError: the port is none.
    """
    port = os.environ.get("PORT") or "8000"
    if not port.isascii() or not port.isdecimal() or int(port) > LARGEST_PORT:
        raise SettingError("PORT is %(value)r, and must be a number from 0 to 65535.", value=port)
    return (os.environ.get("HOST") or "127.0.0.1").strip("[]"), int(port)


def bind_address(host: str, port: int) -> str:
    """The address as gunicorn takes it: a host with colons stands in brackets."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def open_addresses(host: str, port: int) -> list[str]:
    """The URLs at which a browser finds a server that listens there; the local network's last."""
    if host not in EVERYWHERE:
        return [f"http://{bind_address(host, port)}"]
    families = [socket.AF_INET, socket.AF_INET6] if EVERYWHERE[host] == socket.AF_INET6 else [socket.AF_INET]
    found = [address for address in map(local_network_address, families) if address]
    return [f"http://{bind_address(name, port)}" for name in ("localhost", *found)]


def local_network_address(family: socket.AddressFamily = socket.AF_INET) -> str | None:
    """This computer's address as others in its network see it; None if it is in none.

    The system chooses it as it would for a packet to the outside; connecting a UDP socket sends nothing.
    """
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as asked:
            asked.connect((UNROUTED[family], 9))
            address = str(asked.getsockname()[0])
    except OSError:
        return _named_address(family)
    return address if _is_reachable(address) else _named_address(family)


def _named_address(family: socket.AddressFamily) -> str | None:
    """The address that this computer's own name has, for a network without a way out."""
    try:
        found = socket.getaddrinfo(socket.gethostname(), None, family)
    except OSError:
        return None
    return next((str(entry[4][0]) for entry in found if _is_reachable(str(entry[4][0]))), None)


def _is_reachable(address: str) -> bool:
    parsed = ipaddress.ip_address(address)
    return not (parsed.is_loopback or parsed.is_unspecified or parsed.is_link_local)
