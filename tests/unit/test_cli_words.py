"""What an operator types is read exactly, or refused in one sentence."""

import pytest

from slovomat.cli import words
from slovomat.cli.exits import Exit, FaultError

NOW_MS = 1_790_000_000_000
"""2026-09-21T14:13:20Z."""
DAY_MS = 86_400_000


def test_an_email_is_trimmed_and_lowered() -> None:
    """Two spellings of one address are one account."""
    assert words.email("  Anna@Example.ORG ") == "anna@example.org"


@pytest.mark.parametrize(
    "text", ["", "anna", "a@", "@b", "a b@c", "a@b@c", "a@b\n", "a\0@b", "\udc80@b", "a" * 300 + "@b"]
)
def test_what_is_no_email_is_refused(text: str) -> None:
    """No account is made under a name that no mail reaches."""
    with pytest.raises(FaultError) as caught:
        words.email(text.replace("\n", "\x01"))
    assert caught.value.exit_code is Exit.USAGE


def test_names_are_chosen_from_the_known_ones_once_each() -> None:
    """A list keeps its order, without repeats and blanks."""
    assert words.dialects("openai, textbot,openai,") == ("openai", "textbot")
    assert words.modes("essay") == ("essay",)


@pytest.mark.parametrize("text", ["openia", "", ",", "textbot,foo"])
def test_unknown_or_missing_names_are_refused_with_the_known_ones(text: str) -> None:
    """A typing error never closes or opens a dialect."""
    with pytest.raises(FaultError):
        words.dialects(text)


def test_networks_are_cidr_and_an_address_is_a_network_of_one() -> None:
    """Both families are read."""
    assert words.networks("10.0.0.0/8, 2001:db8::/32,192.0.2.7") == (
        "10.0.0.0/8",
        "2001:db8::/32",
        "192.0.2.7/32",
    )


@pytest.mark.parametrize("text", ["10.0.0.5/8", "10.0.0", "host", "10.0.0.0/33", ""])
def test_a_bad_network_is_refused(text: str) -> None:
    """A network that would let the wrong ones in is not guessed at."""
    with pytest.raises(FaultError):
        words.networks(text)


@pytest.mark.parametrize(
    ("text", "expected_ms"),
    [
        ("30", NOW_MS + 30 * DAY_MS),
        ("30d", NOW_MS + 30 * DAY_MS),
        ("2026-12-31", 1_798_750_800_000),
        ("2026-12-31T21:00:00Z", 1_798_750_800_000),
        ("2027-01-01T00:00", 1_798_750_800_000),
    ],
)
def test_an_end_is_days_or_a_date_or_an_instant(text: str, expected_ms: int) -> None:
    """A date means the end of that day in the service's time zone."""
    assert words.ends_at_ms(text, "Europe/Moscow", NOW_MS) == expected_ms


@pytest.mark.parametrize("text", ["0", "soon", "2026-02-30", "2020-01-01", "99999-01-01", "-3"])
def test_an_end_that_is_past_or_unreadable_is_refused(text: str) -> None:
    """No key is made that never works."""
    with pytest.raises(FaultError):
        words.ends_at_ms(text, "Europe/Moscow", NOW_MS)


@pytest.mark.parametrize("text", ["", "  ", "x" * 101, "a\x1b[31m", "a\u202eb"])
def test_a_title_is_printable_and_short(text: str) -> None:
    """Nothing that upsets a terminal or a page gets into the books."""
    with pytest.raises(FaultError):
        words.title(text)
