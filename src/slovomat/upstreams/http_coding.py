"""Bodies that an upstream compresses although it was asked not to."""

import zlib


class CodingError(Exception):
    """The body is not in the coding that its head names, or in one that nobody here reads."""


class Inflater:
    """Undoes gzip or deflate, piece by piece and never more than is wanted."""

    def __init__(self, coding: bytes) -> None:
        self._known = coding in (b"gzip", b"x-gzip", b"deflate")
        self._raw = coding == b"deflate"
        self._zlib = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)  # the head tells gzip and zlib apart

    def feed(self, data: bytes, most_bytes: int) -> bytes:
        """What these bytes hold, cut off after `most_bytes`; raises CodingError."""
        if not self._known:
            raise CodingError("the answer is in a coding that was not asked for")
        if self._raw and data[0] & 15 != 8:  # deflate without zlib's head, as some servers have it
            self._zlib = zlib.decompressobj(wbits=-zlib.MAX_WBITS)
        self._raw = False
        try:
            return self._zlib.decompress(data, most_bytes)
        except zlib.error as error:
            raise CodingError(f"{error}") from None

    def end(self) -> None:
        """The body ended; raises CodingError when its last piece is missing."""
        if not self._zlib.eof:
            raise CodingError("the compressed answer ends early")
