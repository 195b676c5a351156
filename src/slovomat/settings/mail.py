"""Settings of letters and webhooks."""

import ipaddress
import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, Field, SecretStr, model_validator

from slovomat.settings.fields import Names, Seconds

_PLACE = r"[\w.!#$%&'*+/=?^`{|}~-]+@[A-Za-z0-9.-]+"
_MAILBOX = re.compile(rf"{_PLACE}|[^<>@,\"]+ <{_PLACE}>", re.ASCII | re.IGNORECASE)


def _networks(names: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        ipaddress.ip_network(name)
    return names


def _mailbox(text: str) -> str:
    """`name@example.org` or `Name <name@example.org>`."""
    if text and not (text.isprintable() and _MAILBOX.fullmatch(text)):
        raise ValueError("not an address such as Slovomat <letters@example.org>")
    return text


Mailbox = Annotated[str, AfterValidator(_mailbox)]
Networks = Annotated[Names, AfterValidator(_networks)]


class MailSettings(BaseModel):
    """How letters leave."""

    smtp_host: str = Field(default="", description="mail server; empty: letters are kept in data/letters")
    smtp_port: int = Field(
        default=0, ge=0, le=65_535, description="its port; 0: 587, for smtp_tls tls 465, for none 25"
    )
    smtp_user: str = Field(default="", description="name at the mail server; empty: none is asked for")
    smtp_password: SecretStr = Field(default=SecretStr(""), description="password at the mail server")
    smtp_tls: Literal["starttls", "tls", "none"] = Field(
        default="starttls", description="how the connection to the mail server is encrypted"
    )
    smtp_timeout_s: Seconds = Field(default=30, description="for each answer of the mail server")
    mail_from: Mailbox = Field(
        default="", description="whom letters are from: Name <name@example.org>; needed with smtp_host"
    )
    mail_reply_to: Mailbox = Field(default="", description="where answers to letters go; empty: to mail_from")
    webhook_timeout_s: Seconds = Field(default=10, description="for a call of a customer's webhook")
    webhook_networks_allowed: Networks = Field(
        default=(), description="networks of the inside that webhooks may be in, such as 10.1.0.0/16"
    )

    @model_validator(mode="after")
    def _can_send(self) -> Self:
        if self.smtp_host and not self.mail_from:
            raise ValueError("smtp_host needs mail_from: the address that letters come from")
        if self.smtp_user and self.smtp_tls == "none" and not _on_loopback(self.smtp_host):
            raise ValueError("smtp_tls = none would send the password in the clear: take starttls or tls")
        return self


def _on_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host in {"", "localhost"}
