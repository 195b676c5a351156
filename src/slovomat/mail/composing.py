"""Letters from templates: plain text and HTML side by side, every fact escaped, every header in one line."""

import re
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from slovomat.mail.config import MailConfig
from slovomat.mail.layout import Layout
from slovomat.ports.env import Env
from slovomat.ports.mail import Letter

_POLICY = SMTP.clone(cte_type="7bit")
"""No server on the way needs to know of 8-bit bodies."""
_MAILBOX = re.compile(
    r"(?P<name>[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64})@(?P<domain>[^\s@<>()\[\],;:\\\"]{1,253})"
)
_DOMAIN = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.?)+")


class BadAddressError(Exception):
    """Nothing can be sent to such an address."""


class Composer:
    """Makes messages of letters."""

    def __init__(self, config: MailConfig, env: Env) -> None:
        self._config = config
        self._env = env
        self._layout = Layout(config.zone)
        self.domain = config.sender.rpartition("@")[2].rstrip("> ")

    @property
    def sender(self) -> str:
        """The address alone."""
        return parseaddr(self._config.sender)[1]

    def compose(self, letter: Letter) -> EmailMessage:
        """The message. Raises BadAddressError."""
        page = self._layout.page(letter)
        message = EmailMessage(policy=_POLICY)
        message["From"] = _named(self._config.sender)
        message["To"] = mailbox(letter.to)
        if self._config.reply_to:
            message["Reply-To"] = _named(self._config.reply_to)
        message["Subject"] = page.subject
        message["Date"] = format_datetime(datetime.fromtimestamp(self._env.now_ms() / 1000, UTC))
        message["Message-ID"] = f"<{letter.mark}@{self.domain}>"
        message["Auto-Submitted"] = "auto-generated"
        message["X-Auto-Response-Suppress"] = "All"
        message.set_content(page.text)
        message.add_alternative(page.html, subtype="html")
        message["Content-Language"] = letter.language  # not earlier: who sets the content drops such headers
        return message


def mailbox(text: str) -> Address:
    """An address as mail servers without SMTPUTF8 take it. Raises BadAddressError."""
    form = _MAILBOX.fullmatch(text)
    if form is None:
        raise BadAddressError("not an e-mail address")
    try:
        domain = form["domain"].encode("idna").decode()
        if not _DOMAIN.fullmatch(domain):
            raise BadAddressError("not an e-mail address")
        return Address(username=form["name"], domain=domain)
    except ValueError:  # the IDNA codec's error is one, too
        raise BadAddressError("not an e-mail address") from None


def _named(text: str) -> Address:
    name, address = parseaddr(text)
    return Address(display_name=name, addr_spec=address)
