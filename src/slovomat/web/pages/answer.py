"""The HTTP side of a page: its headers, and the answers of static files."""

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from slovomat.web.pages.assets import Asset

SECURITY = {
    # Images as data: the style sheet draws its arrows and ticks with them.
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; "
    "img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_FOREVER = "public, max-age=31536000, immutable"
_HOUR = "public, max-age=3600"
_ASK_FIRST = "no-cache"


def page(html: bytes, language: str, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """A page; browsers ask again each time, since prices and limits may have changed."""
    own = {"Content-Language": language, "Vary": "Accept-Language, Cookie", "Cache-Control": _ASK_FIRST}
    return HTMLResponse(html, status, {**SECURITY, **own, **(headers or {})})


def plain(text: str) -> Response:
    """A short text file."""
    return Response(text, 200, {**SECURITY, "Cache-Control": _HOUR}, "text/plain; charset=utf-8")


def static(request: Request, asset: Asset) -> Response:
    """A packaged file: for ever under the address of its version, else to be asked for again."""
    current = request.query_params.get("v") == asset.version
    caching = {"Cache-Control": _FOREVER if current else _ASK_FIRST, "Vary": "Accept-Encoding"}
    zipped = asset.zipped if _takes_gzip(request.headers.get("accept-encoding", "")) else None
    # Each form of the file has a tag of its own (RFC 9110, 8.8.3.3); either is known by both.
    caching["ETag"] = asset.etag if zipped is None else asset.etag_zipped
    if _knows(request.headers.get("if-none-match", ""), asset.etag, asset.etag_zipped):
        return Response(None, 304, {**SECURITY, **caching})
    if zipped is not None:
        caching["Content-Encoding"] = "gzip"
    return Response(asset.body if zipped is None else zipped, 200, {**SECURITY, **caching}, asset.media_type)


def _knows(if_none_match: str, *etags: str) -> bool:
    tags = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    return not tags.isdisjoint((*etags, "*"))


def _takes_gzip(accept_encoding: str) -> bool:
    for part in accept_encoding.lower().split(","):
        coding, _, quality = part.partition(";")
        if coding.strip() == "gzip":
            return quality.replace(" ", "").removeprefix("q=").strip("0.") != "" or not quality
    return False
