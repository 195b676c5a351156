"""Server-sent events, from bytes as they come to whole payloads: pure, and right at every split.

The rules are those of the HTML standard, section 9.2.6 (event stream interpretation); of the fields only
`data` counts here, and an event without data, or with an empty one, is passed over.
"""

_LF, _CR = b"\n\r"
_BOM = b"\xef\xbb\xbf"


class EventTooLargeError(ValueError):
    """One event is longer than the limit."""


class Decoder:
    """Cuts one stream into payloads; an event that the stream's end cuts short is dropped, as is due."""

    __slots__ = ("_after_cr", "_between", "_buffer", "_limit", "_searched", "_started")

    def __init__(self, max_event_bytes: int) -> None:
        self._limit = max_event_bytes
        self._buffer = bytearray()
        self._searched = 0
        self._after_cr = False
        self._started = False
        self._between = False
        """Nothing of what came is waiting for the rest of it."""

    def feed(self, chunk: bytes) -> list[bytes]:
        """The payloads that this chunk completes; raises EventTooLargeError."""
        end = len(chunk) - 2
        if (  # one line of data and its end, as nearly every read is; in the order of their cost
            self._between
            and chunk[:7] == b"data: {"
            and chunk[end:] == b"\n\n"
            and chunk.find(_LF) == end
            and _CR not in chunk
            and end < self._limit
        ):
            return [chunk[6:end]]
        payloads = self._cut(chunk)
        self._between = self._started and not self._after_cr and not self._buffer
        return payloads

    def _cut(self, chunk: bytes) -> list[bytes]:
        if not self._started:
            chunk = self._open(chunk)
        if _CR in chunk or self._after_cr:
            chunk = self._line_feeds(chunk)
        if self._buffer or not chunk.endswith(b"\n\n") or len(chunk) > self._limit:
            return self._buffered(chunk)
        return _payloads(chunk)

    def _open(self, chunk: bytes) -> bytes:
        """Take the byte order mark off the front, as soon as enough is there to tell."""
        chunk = bytes(self._buffer) + chunk
        self._buffer.clear()
        if len(chunk) < len(_BOM) and _BOM.startswith(chunk):
            self._buffer += chunk
            return b""
        self._started = True
        return chunk.removeprefix(_BOM)

    def _line_feeds(self, chunk: bytes) -> bytes:
        """Make CR and CRLF a single LF; a CRLF may lie across two chunks."""
        if not chunk:
            return chunk
        if self._after_cr:
            chunk = chunk.removeprefix(b"\n")
        self._after_cr = chunk.endswith(b"\r")
        return chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n")

    def _buffered(self, chunk: bytes) -> list[bytes]:
        """Keep what is not whole yet; each byte is searched once, however small the chunks are."""
        if not self._started:
            return []
        self._buffer += chunk
        end = self._buffer.rfind(b"\n\n", self._searched)
        whole = bytes(self._buffer[: end + 2]) if end >= 0 else b""
        del self._buffer[: len(whole)]
        self._searched = max(0, len(self._buffer) - 1)
        payloads = _payloads(whole)
        if len(self._buffer) > self._limit or any(len(payload) > self._limit for payload in payloads):
            raise EventTooLargeError(f"an event is longer than {self._limit} bytes")
        return payloads


def _payloads(whole: bytes) -> list[bytes]:
    """The payloads of a text of whole events, its lines ended by LF."""
    found = []
    for block in whole.split(b"\n\n"):
        payload = block[6:] if block.startswith(b"data: ") and b"\n" not in block else _data(block)
        if payload:
            found.append(payload)
    return found


def _data(block: bytes) -> bytes:
    """The data lines of one event, joined by LF."""
    lines = []
    for line in block.split(b"\n"):
        field, _, value = line.partition(b":")
        if field == b"data":
            lines.append(value.removeprefix(b" "))
    return b"\n".join(lines)
