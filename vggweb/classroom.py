"""Serves for a room: ``make class`` prints this computer's address in the local network, and its QR code.

Whoever opens ``localhost`` is sent to that address, so that the links and QR codes of a room work on every phone.
"""

import os
import sys

import segno

from vggweb.server.own_addresses import bind_address, local_network_address

EVERYBODY = "0.0.0.0"  # noqa: S104 - a class is to reach it
CLASS_RATE_LIMIT = "600/minute"  # a school's network often shows all phones under one address


def main() -> None:
    """Prints where the class finds the server, and becomes gunicorn."""
    port = int(os.environ.get("PORT", "8000"))
    found = local_network_address()
    if found is None:
        sys.exit("This computer is in no network. Connect it to the one that the class uses, and start again.")
    address = f"http://{bind_address(found, port)}"
    print(invitation(address))  # noqa: T201
    os.environ.update(environment(address))
    command = [sys.executable, "-m", "gunicorn", *(sys.argv[1:] or ["app:app"])]
    os.execv(command[0], command)  # noqa: S606 - gunicorn takes this process's place, and its signals


def environment(address: str) -> dict[str, str]:
    """What is set for a class; a rate limit of one's own stays."""
    return {
        "HOST": EVERYBODY,
        "VGGWEB_CLASS_ADDRESS": address,
        "VGGWEB_RATE_LIMIT": os.environ.get("VGGWEB_RATE_LIMIT") or CLASS_RATE_LIMIT,
    }


def invitation(address: str) -> str:
    """What the terminal shows: the address, large enough for a phone to read."""
    code = segno.make(address, micro=False)
    rows = [list(row) for row in code.matrix_iter(border=2)]
    words = f"A class opens {address} (this computer, too). Make a room at {address}/class/new"
    return f"\n{words}\n\n{_half_blocks(rows)}\n"


def _half_blocks(rows: list[list[int]]) -> str:
    """The code with two rows to a line of text, light on dark whatever the terminal's colours."""
    blocks = {(0, 0): "█", (0, 1): "▀", (1, 0): "▄", (1, 1): " "}
    pairs = zip(rows[::2], [*rows[1::2], [0] * len(rows[0])], strict=False)
    lines = ("".join(blocks[bool(top), bool(low)] for top, low in zip(*pair, strict=True)) for pair in pairs)
    return "\n".join(f"\x1b[97;40m{line}\x1b[0m" for line in lines)


if __name__ == "__main__":
    main()
