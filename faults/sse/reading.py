"""What a stream of bytes must mean to the client of the service, said in the shortest way."""

import json

from faults.shop import Told

_BOM = b"\xef\xbb\xbf"
_LOST = "upstream_error"


def reading(data: bytes) -> Told:
    """The text up to the first word that is none; done at `[DONE]`, or where every choice has its reason."""
    text, delivered, finished = "", False, False
    for payload in _payloads(data):
        if payload == b"[DONE]":
            return _ended(text, delivered, whole=bool(text.strip()))
        try:
            event = json.loads(payload.decode())
        except ValueError:
            return _ended(text, delivered, whole=False)
        if "error" in event:
            return _ended(text, delivered, whole=False)
        delivered = True
        for choice in event["choices"]:
            text += choice["delta"].get("content") or ""
            finished = finished or choice.get("finish_reason") is not None
    return _ended(text, delivered, whole=finished and bool(text.strip()))


def _payloads(data: bytes) -> list[bytes]:
    """Whole events only; of their lines those with data."""
    lines = data.removeprefix(_BOM).replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    payloads = []
    for block in lines.split(b"\n\n")[:-1]:
        parts = [line.partition(b":") for line in block.split(b"\n")]
        payload = b"\n".join(value.removeprefix(b" ") for field, _, value in parts if field == b"data")
        payloads += [payload] if payload else []
    return payloads


def _ended(text: str, delivered: bool, *, whole: bool) -> Told:
    if whole:
        return Told(200, text=text, done=True)
    return Told(200, _LOST, text) if delivered else Told(502, _LOST)
