"""How much memory the bodies that are being read may take, all together."""


class BodyRoom:
    """Counts what waits for its rest: a body that came whole is not kept waiting, and takes no room."""

    def __init__(self, max_bytes: int) -> None:
        self._free_bytes = max_bytes

    def take(self, size_bytes: int) -> bool:
        """Whether there was room for so much more."""
        if size_bytes > self._free_bytes:
            return False
        self._free_bytes -= size_bytes
        return True

    def give_back(self, size_bytes: int) -> None:
        """What was taken is needed no more."""
        self._free_bytes += size_bytes
