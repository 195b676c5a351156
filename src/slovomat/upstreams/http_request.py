"""The request as it goes over the line, but for what differs from call to call."""

import base64
import urllib.parse

import msgspec

from slovomat import __version__

_PORTS = {"http": 80, "https": 443}
_SAFE = "/%:@!$&'()*+,;=~"


class Target(msgspec.Struct, frozen=True):
    """Where the requests go. `host` is ASCII, without brackets; `path` has its query."""

    scheme: str
    host: str
    port: int
    path: str
    credentials: str = ""
    """`user:password` that stood in the URL."""

    @property
    def url(self) -> str:
        """The whole, without the credentials."""
        return f"{self.scheme}://{self.authority}{self.path}"

    @property
    def authority(self) -> str:
        """As the header Host has it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"


class RequestForm:
    """Makes the bytes of one request after another."""

    def __init__(self, target: Target, key: str, model: str) -> None:
        self._opening = b'{"model": ' + msgspec.json.encode(model) + b", "
        self.headers = headers(target, key)
        lines = [f"POST {target.path} HTTP/1.1", f"Host: {target.authority}"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        head = "\r\n".join(lines)
        self._plain = f"{head}\r\nAccept: application/json\r\nContent-Length: ".encode()
        self._stream = f"{head}\r\nAccept: text/event-stream\r\nContent-Length: ".encode()

    def body(self, rest: bytes) -> bytes:
        """The JSON alone."""
        return self._opening + rest

    def plain(self, rest: bytes) -> bytes:
        """Head and body of a plain call."""
        return self._whole(self._plain, rest)

    def stream(self, rest: bytes) -> bytes:
        """Head and body of a streamed call."""
        return self._whole(self._stream, rest)

    def _whole(self, head: bytes, rest: bytes) -> bytes:
        opening = self._opening
        return b"%b%d\r\n\r\n%b%b" % (head, len(opening) + len(rest), opening, rest)


def target(base_url: str) -> Target:
    """The endpoint of this base URL; raises ValueError where there can be none."""
    fault = f"not a base URL of an API: {base_url!r}; it looks like https://api.openai.com/v1"
    try:
        url = urllib.parse.urlsplit(base_url.rstrip("/") + "/chat/completions")
        port = url.port or _PORTS[url.scheme]
        host = (url.hostname or "").encode("idna").decode()
    except (ValueError, KeyError):
        raise ValueError(fault) from None
    if not host or not host.isprintable() or " " in host:
        raise ValueError(fault)
    path = urllib.parse.quote(url.path, safe=_SAFE)
    if url.query:
        path += "?" + urllib.parse.quote(url.query, safe=_SAFE + "?")
    user, password = urllib.parse.unquote(url.username or ""), urllib.parse.unquote(url.password or "")
    return Target(url.scheme, host, port, path, f"{user}:{password}" if user or password else "")


def headers(target: Target, key: str) -> dict[str, str]:
    """What every request says of itself; raises ValueError for a key that no header can carry."""
    made = {
        "Content-Type": "application/json",
        "User-Agent": f"slovomat/{__version__}",
        "Accept-Encoding": "identity",  # a compressed stream arrives in lumps
    }
    if key:
        if not key.isascii() or not key.isprintable():
            raise ValueError("the upstream's key holds characters that no HTTP header can carry")
        made["Authorization"] = f"Bearer {key}"
    elif target.credentials:
        made["Authorization"] = "Basic " + base64.b64encode(target.credentials.encode()).decode()
    return made
