"""A mail server for tests: keeps what it is given, and misbehaves on demand."""

import asyncio
import base64
import email
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default


@dataclass
class Received:
    """A message and its envelope."""

    sender: str
    recipients: list[str]
    content: bytes
    encrypted: bool
    user: str | None

    @property
    def message(self) -> EmailMessage:
        """As a mail program reads it."""
        return email.message_from_bytes(self.content, policy=default)


@dataclass
class SMTPServer:
    """`answers` replaces what is said to a verb (DATA-END: to the message itself); empty hangs up there.

    `starttls`: offered with this certificate. `password`: needed, for any user.
    """

    port: int = 0
    starttls: ssl.SSLContext | None = None
    password: str = ""
    answers: dict[str, str] = field(default_factory=dict)
    received: list[Received] = field(default_factory=list)
    verbs: list[str] = field(default_factory=list)

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        session = _Session(self, reader, writer)
        try:
            await session.run()
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            pass
        finally:
            writer.close()


class _HangUpError(ConnectionError):
    """The server has had enough."""


class _Session:
    def __init__(
        self, server: SMTPServer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._server = server
        self._reader = reader
        self._writer = writer
        self._user: str | None = None
        self._sender = ""
        self._recipients: list[str] = []

    async def run(self) -> None:
        await self._say("CONNECT", "220 test ESMTP")
        while True:
            line = (await self._reader.readuntil(b"\r\n")).decode().strip()
            verb = line.split()[0].upper() if line else ""
            self._server.verbs.append(verb)
            answer = _ANSWERS.get(verb)
            if answer is None:
                await self._say(verb, "502 what?")
            else:
                await answer(self, line)
            if verb == "QUIT":
                return

    @property
    def encrypted(self) -> bool:
        return self._writer.get_extra_info("ssl_object") is not None

    async def _say(self, verb: str, usual: str) -> bool:
        """Says it, or what the test wants said instead; whether it was a yes."""
        text = self._server.answers.get(verb, usual)
        if not text:
            raise _HangUpError
        self._writer.write(text.encode() + b"\r\n")
        await self._writer.drain()
        return text[0] in "23"

    async def ehlo(self, _line: str) -> None:
        offers = ["test"]
        if self._server.starttls and not self.encrypted:
            offers.append("STARTTLS")
        if self._server.password:
            offers.append("AUTH PLAIN")
        lines = [f"250{' ' if offer is offers[-1] else '-'}{offer}" for offer in offers]
        await self._say("EHLO", "\r\n".join(lines))

    async def tls(self, _line: str) -> None:
        if await self._say("STARTTLS", "220 go ahead") and self._server.starttls:
            await self._writer.start_tls(self._server.starttls)

    async def auth(self, line: str) -> None:
        _, user, password = base64.b64decode(line.split()[2]).decode().split("\0")
        right = password == self._server.password
        if await self._say("AUTH", "235 welcome" if right else "535 wrong password"):
            self._user = user

    async def mail(self, line: str) -> None:
        refused = self._server.password and self._user is None
        await self._say("MAIL", "530 sign in first" if refused else "250 ok")
        self._sender = line.partition("<")[2].partition(">")[0]

    async def rcpt(self, line: str) -> None:
        if await self._say("RCPT", "250 ok"):
            self._recipients.append(line.partition("<")[2].partition(">")[0])

    async def data(self, _line: str) -> None:
        if not await self._say("DATA", "354 go on"):
            return
        content = await self._reader.readuntil(b"\r\n.\r\n")
        self._server.verbs.append("DATA-END")
        if self._server.answers.get("DATA-END", "250")[:1] in {"2", ""}:
            content = content.removesuffix(b".\r\n").replace(b"\r\n..", b"\r\n.")
            self._server.received.append(
                Received(self._sender, self._recipients, content, self.encrypted, self._user)
            )
        await self._say("DATA-END", "250 taken")

    async def quit(self, _line: str) -> None:
        await self._say("QUIT", "221 bye")


_ANSWERS: dict[str, Callable[[_Session, str], Awaitable[None]]] = {
    "EHLO": _Session.ehlo,
    "STARTTLS": _Session.tls,
    "AUTH": _Session.auth,
    "MAIL": _Session.mail,
    "RCPT": _Session.rcpt,
    "DATA": _Session.data,
    "QUIT": _Session.quit,
}


@asynccontextmanager
async def smtp_server(server: SMTPServer, tls: ssl.SSLContext | None = None) -> AsyncIterator[SMTPServer]:
    """Runs it on a free port of this machine; `tls`: from the first byte on."""
    listening = await asyncio.start_server(server.handle, "127.0.0.1", 0, ssl=tls)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()
        await listening.wait_closed()
