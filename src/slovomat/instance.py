"""The instance's own secret: made once, in the data folder, readable by its owner alone."""

import contextlib
import os
from pathlib import Path

from slovomat.ports.env import Env

SECRET_BYTES = 32


def load_secret(data: Path, env: Env, given: str = "") -> bytes:
    """The secret under which keys are hashed: the `given` one, which nodes share, or the data folder's.

    That is made on the first call. Losing it voids every key.
    """
    if given:
        return bytes.fromhex(given)
    path = data / "secret.key"
    data.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        _write_once(path, env.random_bytes(SECRET_BYTES).hex())
    secret = bytes.fromhex(path.read_text("ascii").strip())
    if len(secret) < SECRET_BYTES:
        raise ValueError(f"{path}: the secret must have {SECRET_BYTES} bytes")
    return secret


def _write_once(path: Path, text: str) -> None:
    """Writes a whole file or none: two first starts at once must agree on one secret."""
    if path.exists():
        return
    draft = path.with_suffix(f".{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    finally:
        draft.unlink()
