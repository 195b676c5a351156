"""Letters kept as files, for a first trial without a mail server."""

import asyncio
import os
from pathlib import Path

from slovomat.mail.composing import BadAddressError, Composer
from slovomat.ports.mail import Delivery, Letter, Outcome


class FolderMailer:
    """The Mailer that leads no further than the data folder."""

    def __init__(self, folder: Path, composer: Composer) -> None:
        self._folder = folder
        self._composer = composer

    async def send(self, letter: Letter) -> Delivery:
        """Writes the letter to a file that only the service's user can read."""
        try:
            message = self._composer.compose(letter)
        except BadAddressError as error:
            return Delivery(Outcome.NEVER, str(error))
        path = self._folder / f"{letter.kind}-{letter.mark}.eml"
        try:
            await asyncio.to_thread(_write, path, message.as_bytes())
        except OSError as error:
            return Delivery(Outcome.LATER, f"{path.name}: {error.strerror or error}")
        return Delivery(Outcome.SENT, f"letter kept at {path}")


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
    with os.fdopen(os.open(path, flags, 0o600), "wb") as file:
        file.write(content)
