"""What the operator says of one HTTP upstream."""

import msgspec


class UpstreamConfig(msgspec.Struct, frozen=True, kw_only=True):
    """One HTTP upstream. `base_url` ends before `/chat/completions`; an empty key sends no key."""

    name: str
    base_url: str
    key: str
    model: str
    connect_timeout_s: float
    """For the name's resolution, the connection and the TLS handshake together."""
    first_byte_timeout_s: float
    """From the call's start to the response's headers, and to its first event or byte of the body."""
    gap_timeout_s: float
    total_timeout_s: float
    max_response_bytes: int
    concurrency: int
    idle_s: float = 15.0
    """How long an unused connection is kept: shorter than servers keep theirs."""
    keep_connections: bool = True
    """False makes a new connection for every call."""

    def __repr__(self) -> str:
        """Everything that helps in a log, and not the key."""
        return f"UpstreamConfig({self.name!r}, {self.base_url!r}, model={self.model!r})"
