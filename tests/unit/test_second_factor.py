"""The second factor: what codes count, when and for whom; and the proofs that browsers carry."""

import pytest
from pyotp import TOTP
from tests.played_env import NOON_MS, PlayedEnv

from slovomat.domain.email import normal_email
from slovomat.domain.ids import AccountId
from slovomat.domain.tickets import keyed_hash, read_ticket, ticket
from slovomat.ports.accounts import Account
from slovomat.ports.people import Person
from slovomat.usecases.guessing import network_of
from slovomat.usecases.second_factor import RECOVERY_CODES, SecondFactor

pytestmark = pytest.mark.anyio
SECRET = bytes(range(32))


class Steps:
    """As much of the People port as codes need: a step is taken when it is later than the last."""

    def __init__(self) -> None:
        self.last = 0

    async def take_step(self, _account_id: AccountId, step: int) -> bool:
        """Whether it was later."""
        later = step > self.last
        self.last = max(self.last, step)
        return later

    async def use_recovery_code(self, _account_id: AccountId, _code_hash: bytes, _now_ms: int) -> bool:
        """There are none."""
        return False


def person(number: int = 1, sealed: str = "") -> Person:
    """Somebody with an account."""
    account = Account(AccountId(number), "ann@example.org", "Plan", False, False, 0, 0)
    return Person(account=account, totp_secret=sealed)


def second_factor(env: PlayedEnv) -> SecondFactor:
    """Over a store that knows steps alone."""
    return SecondFactor(Steps(), env, SECRET)  # type: ignore[arg-type]


@pytest.mark.parametrize(("off_s", "right"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
async def test_a_phones_clock_may_be_a_step_off(off_s: int, right: bool) -> None:
    """And no more."""
    env = PlayedEnv()
    factor = second_factor(env)
    proposal = factor.propose(person(), "Slovomat")
    code = TOTP(proposal.secret).at(NOON_MS // 1000 + off_s)
    assert await factor.accepts(person(sealed=proposal.sealed), code) is right


async def test_a_code_opens_once_however_it_is_typed() -> None:
    """Spaces do not matter; the same code again does."""
    env = PlayedEnv()
    factor = second_factor(env)
    proposal = factor.propose(person(), "Slovomat")
    code = TOTP(proposal.secret).at(NOON_MS // 1000)
    assert await factor.accepts(person(sealed=proposal.sealed), f" {code[:3]} {code[3:]} ")
    assert not await factor.accepts(person(sealed=proposal.sealed), code)
    for wrong in ("", "12345", "1234567", "１２３４５６", "abcdef", "-" * 6, "\0" * 6):
        assert not await factor.accepts(person(sealed=proposal.sealed), wrong)


async def test_a_secret_is_sealed_for_its_account() -> None:
    """It is not to be read in the database, nor opened by another account or another instance."""
    factor = second_factor(PlayedEnv())
    proposal = factor.propose(person(1), "Slovomat")
    assert proposal.secret not in proposal.sealed
    assert factor.proposed(person(1), proposal.sealed, "Slovomat") == proposal
    assert factor.proposed(person(2), proposal.sealed, "Slovomat") is None
    other = SecondFactor(Steps(), PlayedEnv(), bytes(32))  # type: ignore[arg-type]
    assert other.proposed(person(1), proposal.sealed, "Slovomat") is None
    assert factor.proposed(person(1), proposal.sealed[:-3], "Slovomat") is None
    assert factor.proposed(person(1), "ж", "Slovomat") is None
    assert "issuer=Slovomat" in proposal.uri
    assert RECOVERY_CODES == 10


def test_a_ticket_says_what_it_said_until_its_time() -> None:
    """For its purpose, under its secret, unchanged."""
    text = ticket(SECRET, "device", "one two", NOON_MS)
    assert read_ticket(SECRET, "device", text, NOON_MS - 1) == "one two"
    assert read_ticket(SECRET, "device", text, NOON_MS) is None
    assert read_ticket(SECRET, "other", text, NOON_MS - 1) is None
    assert read_ticket(bytes(32), "device", text, NOON_MS - 1) is None
    for wrong in ("", "a", text[:-1], text + "A", "é", "=" * 8, text.replace(text[50], "_")):
        assert read_ticket(SECRET, "device", wrong, NOON_MS - 1) is None or wrong == text
    assert keyed_hash(SECRET, "a", "b") != keyed_hash(SECRET, "b", "a")


@pytest.mark.parametrize(
    ("typed", "known"),
    [
        (" Ann@Example.ORG ", "ann@example.org"),
        ("operator@localhost", "operator@localhost"),
        ("иван@пример.рф", "иван@пример.рф"),
        ("a.b+c@x-y.example", "a.b+c@x-y.example"),
        *((bad, None) for bad in ("", "ann", "@x.example", "ann@", "a b@x.example", "ann@x..example")),
        *((bad, None) for bad in ("a..b@x.example", ".a@x.example", "ann@-x.example", "a\r\nb@x.example")),
        *((bad, None) for bad in ("ann@x.example,bob@x.example", "<ann@x.example>", "a" * 65 + "@x.example")),
    ],
)
def test_emails_have_one_form(typed: str, known: str | None) -> None:
    """Trimmed and small; what nobody could be written to is none."""
    assert normal_email(typed) == known


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("", ""),
    ],
)
def test_what_counts_as_one_address(address: str, network: str) -> None:
    """Of IPv6, a customer's network."""
    assert network_of(address) == network
