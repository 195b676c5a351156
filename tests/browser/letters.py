"""Letters as they lie in the folder of a first trial."""

import email
import email.policy
import re
from pathlib import Path


def letter_in(folder: Path, kind: str, to: str) -> str | None:
    """The text of the last letter of that kind to somebody, if there is one."""
    files = sorted(folder.glob(f"{kind}-*.eml"), key=lambda one: one.stat().st_mtime_ns, reverse=True)
    for file in files:
        message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
        body = message.get_body(("plain",))
        if message["To"] == to and body is not None:
            return str(body.get_content())
    return None


def link_in(folder: Path, kind: str, to: str) -> str | None:
    """Where that letter leads."""
    text = letter_in(folder, kind, to)
    found = re.search(r"https?://\S+", text) if text else None
    return found[0] if found else None
