"""Letters in words: both languages, both forms, and nothing in them that somebody else wrote as markup."""

from html.parser import HTMLParser
from pathlib import Path

import pytest
from tests.played_env import NOON_MS, PlayedEnv

from slovomat.mail.composing import BadAddressError, Composer, mailbox
from slovomat.mail.config import MailConfig
from slovomat.ports.mail import FACTS, Letter, LetterKind

LINK = "https://slovomat.example/x?token=abc&n=1"
VALUES: dict[str, str | int] = {
    "hours": 24,
    "old": "old@example.org",
    "new": "new@example.org",
    "at_ms": NOON_MS,
    "ends_at_ms": NOON_MS,
    "address": "203.0.113.7",
    "agent": "Firefox",
    "name": "My key",
    "shown": "slv_abcd",
    "order": 17,
    "title": "500 запросов",
    "amount_kopecks": 3_990_050,
    "currency": "RUB",
    "left": 21,
    "threshold": 100,
    "plan": "Престиж",
    "days": 3,
    "link": LINK,
}
TEXTS = ("name", "shown", "title", "plan", "agent", "address", "old", "new")
"""Facts that somebody may have thought up."""
MARKUP = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "'><a href=javascript:alert(1)>x</a>",
    "</td></tr></table><h1>Pay here</h1>",
    "<!-- ",
    "{{ 7 * 7 }}",
    "{% raw %}<b>",
    "&lt;script&gt;",
    "<style>*{display:none}</style>",
    "\u202e<b>moc.live",
    "a\r\nBcc: all@example.org\r\n\r\n<b>hello</b>",
)


def composer() -> Composer:
    """Writes letters, and sends nothing."""
    config = MailConfig(
        server=None,
        folder=Path(),
        sender="Словомат <letters@slovomat.example>",
        reply_to="help@slovomat.example",
        zone="Europe/Moscow",
    )
    return Composer(config, PlayedEnv())


def letter(kind: LetterKind, language: str = "ru", to: str = "ann@example.org", **facts: str | int) -> Letter:
    """One of a kind, with the facts that it needs."""
    return Letter(
        mark="0123abcd",
        kind=kind,
        to=to,
        language=language,
        facts={name: facts.get(name, VALUES[name]) for name in FACTS[kind]},
    )


def forms(of: Letter) -> tuple[str, str]:
    """The plain text, and the HTML."""
    message = composer().compose(of)
    text, page = message.iter_parts()
    return str(text.get_content()), str(page.get_content())


class Shape(HTMLParser):
    """The elements and attributes of a page, and its words."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.shape: list[tuple[str, tuple[str, ...]]] = []
        self.words = ""
        self.links: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Notes the element down."""
        self.shape.append((tag, tuple(name for name, _ in attrs)))
        self.links |= {str(value) for name, value in attrs if name in {"href", "src"}}

    def handle_data(self, data: str) -> None:
        """Notes the words down."""
        self.words += data


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("kind", list(LetterKind))
def test_every_letter_says_the_same_in_both_forms(kind: LetterKind, language: str) -> None:
    """In its language, with the link, without a remote thing, under the headers of a machine's letter."""
    message = composer().compose(letter(kind, language))
    text, page = forms(letter(kind, language))
    shown = Shape(page)
    assert LINK in text.splitlines()
    assert shown.links == {LINK}
    assert not {"img", "script", "link", "iframe", "form"} & {tag for tag, _ in shown.shape}
    russian = sum("а" <= char <= "я" for char in text.lower())
    assert (russian > 40) == (language == "ru")
    assert " ".join(text.splitlines()[0].split()) in " ".join(shown.words.split())
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"] == "<0123abcd@slovomat.example>"
    assert message["Date"] == "Sun, 22 Nov 2026 09:00:00 +0000"
    assert message["Content-Language"] == language
    assert message["Reply-To"] == "help@slovomat.example"
    assert message["From"].addresses[0].display_name == "Словомат"
    assert str(message["Subject"]) in shown.words
    assert message.as_bytes().isascii()


@pytest.mark.parametrize("kind", [kind for kind in LetterKind if FACTS[kind] & set(TEXTS)])
@pytest.mark.parametrize("markup", MARKUP)
def test_markup_in_a_fact_is_only_words(kind: LetterKind, markup: str) -> None:
    """Whatever a name holds, the page has the elements that it has without, and no header comes of it."""
    planted = dict.fromkeys(TEXTS, markup)
    plain, strange = letter(kind), letter(kind, **planted)
    text, page = forms(strange)
    assert Shape(page).shape == Shape(forms(plain)[1]).shape
    assert Shape(page).links == {LINK}
    assert len(text.splitlines()) == len(forms(plain)[0].splitlines())
    assert "\u202e" not in text + page
    assert composer().compose(strange).keys() == composer().compose(plain).keys()


def test_figures_are_written_as_the_language_writes_them() -> None:
    """Plurals, sums, times of the service's own zone."""
    text, _ = forms(letter(LetterKind.RECEIPT, "ru"))
    assert "Оплачено: 39\N{NO-BREAK SPACE}900,50\N{NO-BREAK SPACE}₽" in text
    assert "Paid: 39,900.50\N{NO-BREAK SPACE}RUB" in forms(letter(LetterKind.RECEIPT, "en"))[0]
    for left, form in ((1, "запрос."), (3, "запроса."), (11, "запросов."), (25, "запросов.")):
        assert f"{left}\N{NO-BREAK SPACE}{form}" in forms(letter(LetterKind.LOW_BALANCE, left=left))[0]
    assert "22 ноября 2026, 12:00 (GMT+03:00)" in forms(letter(LetterKind.PLAN_ENDING))[0]
    assert "остался один день" in forms(letter(LetterKind.PLAN_ENDING, days=1))[0]


@pytest.mark.parametrize(
    "address",
    [
        "ann@example.org\r\nBcc: all@example.org",
        "ann@example.org\nSubject: x",
        "ann@example.org, bob@example.org",
        "Ann <ann@example.org>",
        "ann",
        "ann@",
        "@example.org",
        "ann@exa mple.org",
        "ann@@example.org",
        "ann@example..org",
        "<ann@example.org>",
        "ann\0@example.org",
        "",
    ],
)
def test_what_is_no_address_gets_no_letter(address: str) -> None:
    """No second recipient and no header comes from one."""
    with pytest.raises(BadAddressError):
        composer().compose(letter(LetterKind.RESET, to=address))


def test_a_domain_of_other_letters_is_written_in_ascii() -> None:
    """As mail servers of all ages take it."""
    assert mailbox("ann@пример.рф").addr_spec == "ann@xn--e1afmkfd.xn--p1ai"
