"""What a form sent: read with limits, so that no body is larger or stranger than a form can be."""

from urllib.parse import parse_qsl

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request

BODY_MAX_BYTES = 65_536
FIELDS_MAX = 200
_LENGTH_DIGITS = 15
_TYPE = "application/x-www-form-urlencoded"


class Form(msgspec.Struct, frozen=True):
    """The fields in their order; a field that was not asked for stays unread."""

    fields: tuple[tuple[str, str], ...]

    def text(self, name: str, max_chars: int = 1_000) -> str:
        """The field, trimmed; empty when it was not sent. Raises 400 when it is longer."""
        return self.exact(name, max_chars).strip()

    def exact(self, name: str, max_chars: int = 1_000) -> str:
        """The field as it was typed; for passwords. Raises 400 when it is longer."""
        found = next((value for field, value in self.fields if field == name), "")
        if len(found) > max_chars:
            raise HTTPException(400)
        return found

    def every(self, name: str) -> tuple[str, ...]:
        """All values of a field that may be sent several times, as check boxes are."""
        return tuple(value for field, value in self.fields if field == name)

    def ticked(self, name: str) -> bool:
        """Whether a check box was ticked."""
        return any(field == name for field, _ in self.fields)

    def whole(self, name: str) -> int | None:
        """A whole number; None for anything else, and for what no column holds."""
        typed = self.text(name).replace("\N{NO-BREAK SPACE}", "").replace(" ", "")
        digits = typed.removeprefix("-")
        return int(typed) if digits.isascii() and digits.isdecimal() and len(digits) <= 15 else None


async def read_body(request: Request, max_bytes: int) -> bytes:
    """The whole body. Raises HTTPException 413: before it is read, where its length is told."""
    told = request.headers.get("content-length", "").strip().lstrip("0")
    if len(told) > _LENGTH_DIGITS or int(told or "0") > max_bytes:
        raise HTTPException(413)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > max_bytes:
            raise HTTPException(413)
    return bytes(body)


async def read_form(request: Request, max_bytes: int = BODY_MAX_BYTES) -> Form:
    """The form of a request. Raises HTTPException: 400 for what is no form, 413, 415."""
    body = await read_body(request, max_bytes)
    if body and request.headers.get("content-type", "").partition(";")[0].strip().lower() != _TYPE:
        raise HTTPException(415)
    try:
        fields = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            encoding="utf-8",
            errors="strict",
            max_num_fields=FIELDS_MAX,
        )
    except ValueError:
        raise HTTPException(400) from None
    if any("\0" in name or "\0" in value for name, value in fields):
        raise HTTPException(400)
    return Form(tuple(fields))
