"""Requests that no page makes: wrong methods, encodings, numbers, headers, at every address."""

import random
import re
from dataclasses import dataclass, field
from urllib.parse import quote

METHODS = ("GET", "GET", "GET", "POST", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "BREW", "get")
WORDS = (
    *("0", "1", "-1", "511", "512", "999", "1000", "4400", "1e9", "nan", "0x10", "1_0", "+1", "９", "9" * 4400),
    *("%00", "%ff", "..", "%2e%2e%2f", "%0d%0aX-Evil: 1", "\\", " ", "é", "x" * 300),
    *("<script>", "'", '"', "{{7*7}}", "null", "None", "true", "[]"),
    *("block1_conv1", "block5_pool", "BLOCK1_CONV1", "grad_cam", "saliency", "keras", "b", "cat", "natural", "classic"),
)
NAMES = (
    *("seed", "recipe", "resize", "page", "q", "sample", "lang", "class", "layer", "step", "top", "next"),
    "delete_token",
)
HEADERS = {
    "Accept": ("application/json", "text/html", "*/*", "image/avif,*/*;q=0.1", "application/json;q=nan", "\xff", ""),
    "Accept-Language": ("zh", "zh-Hans-CN,zh;q=0.9", "*;q=9", "x" * 2000),
    "Content-Type": (
        "application/json",
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "image/jpeg",
        "text/plain; charset=utf-99",
    ),
    "Cookie": ("vggweb=abc", "session=;;;===", "a" * 5000, "vggweb=\xff\xfe", "lang=xx"),
    "Host": (".", "a" * 300, "example.org:99999", "[::1", "evil.example", "ex ample"),
    "If-None-Match": ('"x"', "*", 'W/"'),
    "Origin": ("null", "https://evil.example", "://"),
    "Range": ("bytes=0-0", "bytes=9-1", "bytes=a-b", "bytes=0-99999999999999999999"),
    "Sec-Fetch-Site": ("cross-site", "none", "same-origin", "?"),
    "X-Forwarded-For": ("203.0.113.1", "a, b, c", "' OR 1=1"),
    "X-Forwarded-Prefix": ("/evil", "//evil.example", "\\"),
    "X-Request-ID": ("<script>", "a" * 5000, "ok-1"),
}
BODIES = (
    *(b"", b"{}", b"[1", b"\x00" * 1000, b"photo=1&photo=2", b"--\r\n"),
    b"--x\r\nContent-Disposition: form-data; name=photo\r\n\r\n",
)


@dataclass(frozen=True)
class OddRequest:
    """One request, as it goes over the wire.

    Attributes:
        target: path and query, quoted or deliberately not.
    """

    method: str
    target: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


def odd_request(rules: list[str], chance: random.Random) -> OddRequest:
    """A request to one of the addresses (``/r/<result_id>``), with its holes filled by anything."""
    path = re.sub(r"<[^>]*>", lambda _: _word(chance), chance.choice(rules))
    if chance.random() < 0.1:
        path += chance.choice(("/", "//", ".json", ".png", "/..", "%2f", ".", ";", "?", "/%c0%af"))
    names = chance.sample(NAMES, chance.choice((0, 0, 1, 2)))
    query = "&".join(f"{name}={_word(chance)}" for name in names)
    headers = {
        name: chance.choice(HEADERS[name]) for name in chance.sample(sorted(HEADERS), chance.choice((0, 1, 2, 4)))
    }
    method = chance.choice(METHODS)
    body = chance.choice(BODIES) if method not in {"GET", "HEAD"} else b""
    return OddRequest(method, f"{path}?{query}" if query else path, headers, body)


def _word(chance: random.Random) -> str:
    word = chance.choice(WORDS)
    raw = word.isascii() and word.isprintable() and " " not in word
    return word if raw and chance.random() < 0.5 else quote(word, safe="%")
