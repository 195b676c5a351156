"""Style sheets, scripts and icons: read once, served under an address that names their version."""

import gzip
import hashlib
from collections.abc import Iterator
from functools import cached_property
from importlib.resources import files
from importlib.resources.abc import Traversable

import msgspec

_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".ico": "image/x-icon",
}
_SMALL_BYTES = 1000
"""Below this a packet saved is none."""


class Asset(msgspec.Struct, frozen=True, dict=True):
    """A file as it is served; `version` is the beginning of its SHA-256."""

    name: str
    body: bytes
    media_type: str
    version: str

    @property
    def path(self) -> str:
        """Its address, which changes whenever the file does."""
        return f"/static/{self.name}?v={self.version}"

    @property
    def etag(self) -> str:
        """Its entity tag."""
        return f'"{self.version}"'

    @property
    def etag_zipped(self) -> str:
        """The entity tag of its form under gzip."""
        return f'"{self.version}-gzip"'

    @cached_property
    def zipped(self) -> bytes | None:
        """The body under gzip, made when it is first asked for; None where that would save nothing."""
        if len(self.body) < _SMALL_BYTES:
            return None
        made = gzip.compress(self.body, 9, mtime=0)
        return made if len(made) < len(self.body) else None


def load_assets() -> dict[str, Asset]:
    """All packaged files of the types that pages need, ours and those of others, by their bare names."""
    found: dict[str, Asset] = {}
    for file in _below(files("slovomat.web").joinpath("static")):
        suffix = file.name[file.name.rfind(".") :]
        if suffix in _TYPES:
            body = file.read_bytes()
            digest = hashlib.sha256(body).hexdigest()[:12]
            if file.name in found:
                raise ValueError(f"two static files are called {file.name}")
            found[file.name] = Asset(file.name, body, _TYPES[suffix], digest)
    return found


def _below(folder: Traversable) -> Iterator[Traversable]:
    for one in folder.iterdir():
        if one.is_dir():
            yield from _below(one)
        else:
            yield one
