"""`slovomat ask`: a customer's call from the terminal, through the Python client."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from slovomat.cli.exits import Exit, FaultError
from slovomat.cli.modes import read_text
from slovomat.cli.session import Session

if TYPE_CHECKING:
    from slovomat.client import SlovomatError


class JobDialect(StrEnum):
    """The dialects that the client speaks."""

    TEXTBOT = "textbot"
    CHATINFO = "chatinfo"


def ask(
    session: Session,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="the text; - reads it from standard input")],
    *,
    mode: Annotated[str, typer.Option("--mode", metavar="MODE", help="see `slovomat modes list`")] = "chat",
    key: Annotated[
        str | None,
        typer.Option("--key", metavar="KEY", help="better: SLOVOMAT_KEY, which no one else can read"),
    ] = None,
    url: Annotated[
        str | None, typer.Option("--url", metavar="URL", help="default: SLOVOMAT_URL, else this instance")
    ] = None,
    dialect: Annotated[JobDialect, typer.Option("--dialect", help="which API")] = JobDialect.TEXTBOT,
    timeout: Annotated[
        float, typer.Option("--timeout", metavar="SECONDS", min=1, max=86_400, help="how long to wait")
    ] = 300,
) -> None:
    """Generate a text with a key, as a customer does, and print it."""
    import os

    from slovomat.client import Slovomat, SlovomatError

    text = read_text(text)
    address = url or os.environ.get("SLOVOMAT_URL")
    if address is None:
        address = _own_address(session)
        key = key or os.environ.get("SLOVOMAT_KEY") or _first_key(session)
    language: Literal["ru", "en"] = "ru" if session.out.language == "ru" else "en"
    try:
        with Slovomat(key, address, dialect=dialect.value, language=language, timeout_s=timeout) as slovomat:
            submitted = slovomat.submit(text, mode)
            result = slovomat.wait(submitted.id)
    except SlovomatError as error:
        raise _fault(error, address) from None
    except ValueError as error:
        raise FaultError(Exit.USAGE, str(error), str(error)) from None
    document = {"id": submitted.id, "mode": mode, "balance": submitted.balance, "result": result}
    session.out.result(document, lambda: session.out.line(result))


def _own_address(session: Session) -> str:
    settings = session.settings
    host = "127.0.0.1" if settings.host in {"0.0.0.0", "::", ""} else settings.host  # noqa: S104
    return settings.site or f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"


def _first_key(session: Session) -> str | None:
    """The key that the first start of this instance wrote down, where it may be read."""
    from slovomat.greeting import FIRST_KEY_FILE

    try:
        return (session.settings.data / FIRST_KEY_FILE).read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        return None


def _fault(error: "SlovomatError", address: str) -> FaultError:
    from slovomat.client import InvalidKey, Overloaded, ServiceUnreachable, TimedOut

    said = error.message or type(error).__name__
    if error.id is not None:
        said += f" (id {error.id})"
    match error:
        case ServiceUnreachable() | Overloaded() | TimedOut():
            return FaultError(Exit.UPSTREAM, f"{address}: {said}", f"{address}: {said}")
        case InvalidKey():
            return FaultError(
                Exit.CONFIGURATION,
                f"{said}; make one: slovomat key create EMAIL",
                f"{said}; новый: slovomat key create EMAIL",
            )
        case _:
            return FaultError(Exit.FAILED, said, said)
