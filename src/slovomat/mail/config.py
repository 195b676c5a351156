"""What the adapters of letters and webhooks are told."""

from pathlib import Path
from typing import Literal

import msgspec

from slovomat.domain.public_addresses import Network

Encryption = Literal["starttls", "tls", "none"]
_USUAL_PORTS: dict[Encryption, int] = {"starttls": 587, "tls": 465, "none": 25}


class ServerConfig(msgspec.Struct, frozen=True, kw_only=True):
    """The mail server. `ca_file`: whom to believe instead of the system's authorities; None: those."""

    host: str
    port: int
    user: str
    password: str
    encryption: Encryption
    timeout_s: float
    ca_file: Path | None = None

    @property
    def usual_port(self) -> int:
        """The port, or the one that the encryption usually has."""
        return self.port or _USUAL_PORTS[self.encryption]


class MailConfig(msgspec.Struct, frozen=True, kw_only=True):
    """How letters look and leave. `server`: None keeps them in `folder`. `zone`: of the times in them."""

    server: ServerConfig | None
    folder: Path
    sender: str
    reply_to: str
    zone: str


class WebhookConfig(msgspec.Struct, frozen=True, kw_only=True):
    """`allowed`: networks of the inside that may be called all the same."""

    timeout_s: float
    allowed: tuple[Network, ...] = ()
