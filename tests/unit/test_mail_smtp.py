"""Letters handed to a real mail server, to one that misbehaves, and to a folder."""

import asyncio
import shutil
import ssl
import stat
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
from tests.played_env import PlayedEnv
from tests.servers.smtp import SMTPServer, smtp_server
from tests.unit.test_mail_letters import composer, letter
from tests.unit.test_upstream_tls import certificate

from slovomat.mail.config import Encryption, MailConfig, ServerConfig
from slovomat.mail.first_use import MailerAtFirstUse
from slovomat.mail.folder import FolderMailer
from slovomat.mail.smtp import SMTPMailer
from slovomat.ports.mail import Delivery, LetterKind, Outcome

pytestmark = pytest.mark.anyio
LETTER = letter(LetterKind.RESET)


def mailer(
    port: int,
    encryption: Encryption = "none",
    *,
    password: str = "",
    ca_file: Path | None = None,
    host: str = "127.0.0.1",
) -> SMTPMailer:
    """Sends to a server of this machine."""
    config = ServerConfig(
        host=host,
        port=port,
        user="letters" if password else "",
        password=password,
        encryption=encryption,
        timeout_s=5,
        ca_file=ca_file,
    )
    return SMTPMailer(config, composer())


def running(
    answers: dict[str, str] | None = None, *, tls: ssl.SSLContext | None = None, **facts: object
) -> AbstractAsyncContextManager[SMTPServer]:
    """A server."""
    return smtp_server(SMTPServer(answers=answers or {}, **facts), tls)  # type: ignore[arg-type]


async def test_a_server_gets_the_letter_as_it_was_written() -> None:
    """With its envelope; every line of it within what SMTP allows."""
    async with running() as server:
        assert await mailer(server.port).send(LETTER) == Delivery(Outcome.SENT)
    (got,) = server.received
    assert (got.sender, got.recipients) == ("letters@slovomat.example", ["ann@example.org"])
    text = got.message.get_body(("plain",))
    assert text is not None
    assert "https://slovomat.example/x?token=abc&n=1" in text.get_content()
    assert got.message["Subject"] == "Новый пароль"
    assert max(map(len, got.content.split(b"\r\n"))) <= 998
    assert server.verbs[-1] == "QUIT"


@pytest.mark.parametrize(
    ("answers", "outcome", "note"),
    [
        ({"RCPT": "550 5.1.1 no such user"}, Outcome.NEVER, "550"),
        ({"RCPT": "450 greylisted"}, Outcome.LATER, "450"),
        ({"MAIL": "553 not from you"}, Outcome.NEVER, "553"),
        ({"MAIL": "451 later"}, Outcome.LATER, "451"),
        ({"DATA": "554 no"}, Outcome.NEVER, "554"),
        ({"DATA-END": "552 too big"}, Outcome.NEVER, "552"),
        ({"DATA-END": "452 full"}, Outcome.LATER, "452"),
        ({"CONNECT": "554 go away"}, Outcome.LATER, "554"),
        ({"CONNECT": "421 busy"}, Outcome.LATER, "421"),
        ({"CONNECT": ""}, Outcome.LATER, "SMTP"),
        ({"EHLO": ""}, Outcome.LATER, "SMTP"),
        ({"RCPT": ""}, Outcome.LATER, "SMTP"),
        ({"DATA-END": ""}, Outcome.LATER, "SMTP"),
        ({"CONNECT": "what?"}, Outcome.LATER, "SMTP"),
        ({"QUIT": ""}, Outcome.SENT, ""),
        ({"QUIT": "500 stay"}, Outcome.SENT, ""),
    ],
    ids=str,
)
async def test_a_servers_word_decides(answers: dict[str, str], outcome: Outcome, note: str) -> None:
    """From 500 on of the letter itself it is the last; what befell the connection may pass."""
    async with running(answers) as server:
        got = await mailer(server.port).send(LETTER)
    assert got.outcome is outcome
    assert note in got.note


async def test_nobody_there_is_for_later() -> None:
    """The server may be started again."""
    async with running() as server:
        pass
    assert (await mailer(server.port).send(LETTER)).outcome is Outcome.LATER


async def test_what_is_no_address_is_never_sent() -> None:
    """And the server not asked."""
    async with running() as server:
        got = await mailer(server.port).send(letter(LetterKind.RESET, to="a@b\r\nBcc: c@d"))
    assert got.outcome is Outcome.NEVER
    assert server.verbs == []


async def test_a_password_is_shown_to_the_server_alone() -> None:
    """A wrong one is the operator's to mend: the letter waits, and the note does not tell it."""
    async with running(password="right") as server:
        assert (await mailer(server.port, password="right").send(LETTER)).outcome is Outcome.SENT
        assert server.received[0].user == "letters"
        wrong = await mailer(server.port, password="wr0ng-secret").send(LETTER)
    assert wrong.outcome is Outcome.LATER
    assert "535" in wrong.note
    assert "wr0ng-secret" not in wrong.note


@pytest.mark.skipif(not shutil.which("openssl"), reason="a certificate is made with openssl")
@pytest.mark.parametrize("encryption", ["starttls", "tls"])
async def test_encryption_is_what_was_asked_for(encryption: Encryption, tmp_path: Path) -> None:
    """With a certificate that is believed; without it, or without STARTTLS, nothing is sent."""
    both = await certificate(tmp_path, "DNS:localhost")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(both)
    at_once = context if encryption == "tls" else None
    async with running(tls=at_once, starttls=None if at_once else context, password="p") as server:
        for ca_file, outcome in ((tmp_path / "cert.pem", Outcome.SENT), (None, Outcome.LATER)):
            sender = mailer(server.port, encryption, password="p", ca_file=ca_file, host="localhost")
            assert (await sender.send(LETTER)).outcome is outcome
    assert [(got.encrypted, got.user) for got in server.received] == [(True, "letters")]
    async with running(password="p") as plain:
        got = await mailer(plain.port, encryption, password="p", host="localhost").send(LETTER)
    assert got.outcome is Outcome.LATER
    assert "AUTH" not in plain.verbs
    assert plain.received == []


async def test_without_a_server_letters_are_kept_in_a_folder(tmp_path: Path) -> None:
    """Each a file that a mail program opens and nobody else may read; a repeat writes the same one."""
    kept = FolderMailer(tmp_path / "letters", composer())
    config = MailConfig(
        server=None, folder=tmp_path / "letters", sender="a@b.example", reply_to="", zone="Europe/Moscow"
    )
    got = await kept.send(LETTER)
    (path,) = (tmp_path / "letters").iterdir()
    assert got == Delivery(Outcome.SENT, f"letter kept at {path}")
    assert path.suffix == ".eml"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert b"X-Auto-Response-Suppress: All" in path.read_bytes()
    assert (await MailerAtFirstUse(config, PlayedEnv()).send(LETTER)).note == f"letter kept at {path}"
    assert b"Message-ID: <0123abcd@b.example>" in path.read_bytes()
    assert (await kept.send(letter(LetterKind.RESET, to="x"))).outcome is Outcome.NEVER


async def test_a_folder_that_cannot_be_written_is_for_later(tmp_path: Path) -> None:
    """The disk may have room again."""
    await asyncio.to_thread((tmp_path / "letters").write_text, "a file")
    got = await FolderMailer(tmp_path / "letters", composer()).send(LETTER)
    assert got.outcome is Outcome.LATER
