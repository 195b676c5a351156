"""Letters handed to a mail server, each over a connection of its own."""

import asyncio
import ssl

import aiosmtplib

from slovomat.mail.composing import BadAddressError, Composer
from slovomat.mail.config import ServerConfig
from slovomat.ports.mail import Delivery, Letter, Outcome

_STEPS = 8
"""So many answers a letter takes: a server that lets each come late is left in the end."""
_NOTE_CHARS = 200


class SMTPMailer:
    """The Mailer of a server. What it says of our own sign-in is no letter's fault: that is tried again."""

    def __init__(self, config: ServerConfig, composer: Composer) -> None:
        self._config = config
        self._composer = composer
        self._tls = None if config.encryption == "none" else ssl.create_default_context(cafile=config.ca_file)

    async def send(self, letter: Letter) -> Delivery:
        """One attempt."""
        try:
            message = self._composer.compose(letter)
        except BadAddressError as error:
            return Delivery(Outcome.NEVER, str(error))
        try:
            async with asyncio.timeout(self._config.timeout_s * _STEPS):
                await aiosmtplib.send(
                    message,
                    sender=self._composer.sender,
                    recipients=[message["To"].addresses[0].addr_spec],
                    hostname=self._config.host,
                    port=self._config.usual_port,
                    username=self._config.user or None,
                    password=self._config.password or None,
                    local_hostname=self._composer.domain,
                    timeout=self._config.timeout_s,
                    use_tls=self._config.encryption == "tls",
                    start_tls=self._config.encryption == "starttls",
                    tls_context=self._tls,
                )
        except aiosmtplib.SMTPRecipientsRefused as refused:
            return _verdict(refused.recipients[0])
        except (aiosmtplib.SMTPSenderRefused, aiosmtplib.SMTPDataError) as refused:
            return _verdict(refused)
        except (aiosmtplib.SMTPException, OSError) as error:  # TimeoutError is one
            return Delivery(Outcome.LATER, _note(f"{type(error).__name__}: {error}"))
        return Delivery(Outcome.SENT)


def _verdict(answer: aiosmtplib.SMTPResponseException) -> Delivery:
    """What a server said of the letter: codes from 500 are its last word (RFC 5321, 4.2.1)."""
    outcome = Outcome.NEVER if 500 <= answer.code < 600 else Outcome.LATER
    return Delivery(outcome, _note(f"{answer.code} {answer.message}"))


def _note(text: str) -> str:
    return " ".join(text.split())[:_NOTE_CHARS]
