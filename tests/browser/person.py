"""A new customer, as a browser makes one: signs up, reads the letter, follows its link."""

import email
import email.policy
import re
from pathlib import Path

from playwright.sync_api import Page as Tab

from tests.wire.deadline import until

PASSWORD = "correct horse battery staple"
_LETTER_S = 15


def sign_up(tab: Tab, letters: Path, address: str) -> None:
    """From the front door to the account's page."""
    tab.goto("/sign-up")
    tab.fill("input[name=email]", address)
    tab.fill("input[name=password]", PASSWORD)
    tab.click("main form button")
    tab.goto(_link(letters, address))
    tab.click("main form button")
    tab.wait_for_url(re.compile("/account"))


def _link(letters: Path, address: str) -> str:
    found: list[str] = []

    def came() -> bool:
        found.extend(filter(None, (_confirming(file, address) for file in letters.glob("verify-*.eml"))))
        return bool(found)

    until(came, _LETTER_S, "the letter with the link")
    return found[0]


def _confirming(file: Path, address: str) -> str:
    letter = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    body = letter.get_body(("plain",))
    linked = re.search(r"http\S+/verify/\S+", body.get_content()) if body else None
    return linked[0] if linked and address in str(letter["To"]) else ""
