"""Style sheet and icons: packaged files, read once, served under an address that names their version."""

import hashlib
from importlib.resources import files

import msgspec

_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".ico": "image/x-icon",
}


class Asset(msgspec.Struct, frozen=True):
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


def load_assets() -> dict[str, Asset]:
    """All packaged files of the types that pages need, by name."""
    found = {}
    for file in files("slovomat.web").joinpath("static").iterdir():
        suffix = file.name[file.name.rfind(".") :]
        if suffix in _TYPES:
            body = file.read_bytes()
            digest = hashlib.sha256(body).hexdigest()[:12]
            found[file.name] = Asset(file.name, body, _TYPES[suffix], digest)
    return found
