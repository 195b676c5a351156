"""Notices and webhooks on every engine: who is told, once, and what they are told."""

import pytest
from tests.books import Books
from tests.played_env import DAY_MS, HOUR_MS, NOON_MS

from slovomat.domain.ids import AccountId
from slovomat.ports.mail import LetterKind, Webhook
from slovomat.ports.outbox import Channel, Post
from slovomat.ports.people import Life, MailedToken
from slovomat.ports.people import Notices as Wishes
from slovomat.ports.shop import Goods, NewBatch
from slovomat.ports.store import Credit
from slovomat.usecases.letters import Letters
from slovomat.usecases.notices import Notices

pytestmark = pytest.mark.anyio
EMAIL = "ann@example.org"
SITE = "https://slovomat.example"


async def person(books: Books, threshold: int = 50, url: str = "") -> AccountId:
    """Somebody who has signed up, and wants to be told."""
    people = books.store.people
    token = MailedToken(
        purpose="sign_up",
        account_id=None,
        email=EMAIL,
        password_hash="x",
        browser_hash=b"b" * 32,
        language="en",
    )
    await people.add_token(b"t" * 32, token, Life(NOON_MS, NOON_MS + HOUR_MS, 9))
    account = await people.finish_sign_up(b"t" * 32, "Plan", NOON_MS)
    assert account is not None
    await people.set_notices(account, Wishes(threshold, url, "s3cret" if url else ""), NOON_MS)
    return account


async def pack(books: Books, account: AccountId, requests: int) -> None:
    """Gives requests, or takes them."""
    order = Credit(account_id=account, requests=requests, title="pack", reason="x", now_ms=NOON_MS)
    assert await books.store.credit(order) is not None


async def told(books: Books, channel: Channel = Channel.MAIL) -> list[Post]:
    """What is to be sent, in full."""
    return await books.store.outbox.claim(channel, 100, books.env.now_ms(), 90 * DAY_MS)


def notices(books: Books) -> Notices:
    """Looks when it is asked to."""
    return Notices(books.store, books.env, lambda: SITE)


async def test_a_low_balance_is_told_once_a_pack(books: Books) -> None:
    """Not without any pack, not above the threshold, not again until the next pack is used up as well."""
    account = await person(books)
    look = notices(books)
    await look.balances()
    assert await told(books) == []
    await pack(books, account, 60)
    await look.balances()
    assert await told(books) == []
    await pack(books, account, -20)
    for _ in range(3):
        await look.balances()
    (post,) = await told(books)
    assert (post.kind, post.account_id, post.to, post.language) == (
        LetterKind.LOW_BALANCE,
        account,
        EMAIL,
        "en",
    )
    assert post.facts == {"left": 40, "threshold": 50, "link": f"{SITE}/price"}
    await pack(books, account, 100)
    await pack(books, account, -100)
    await look.balances()
    assert [one.facts["left"] for one in await told(books)] == [40]


async def test_who_does_not_want_to_be_told_is_not(books: Books) -> None:
    """A threshold of nought, and a blocked account."""
    account = await person(books, threshold=0)
    await pack(books, account, 1)
    await notices(books).balances()
    await books.store.people.set_notices(account, Wishes(50), NOON_MS)
    await books.store.set_blocked(account, True)
    await notices(books).balances()
    assert await told(books) == []


async def plan_of(books: Books, account: AccountId, mark: bytes) -> None:
    """A month of the plan, by a code."""
    terms = await books.store.shop.plan_terms("Plan")
    assert terms is not None
    goods = Goods(title="Plan", plan_id=terms.plan_id, version_id=terms.version_id, period_days=30)
    now_ms = books.env.now_ms()
    batch = NewBatch(goods=goods, hashes=[mark * 32], note="", by="test", now_ms=now_ms)
    await books.store.shop.add_batch(batch)
    await books.store.shop.redeem(mark * 32, account, now_ms)


async def test_a_plans_end_is_told_three_days_and_one_day_before(books: Books) -> None:
    """Once each; not while there is more time, and not when another period follows."""
    account = await person(books)
    await plan_of(books, account, b"1")
    look, seen = notices(books), []
    for hours in (27 * 24 - 2, 4, 4, 40, 4, 12):
        books.env.pass_s(hours * 3600)
        await look.plans()
        seen.append([(post.facts["plan"], post.facts["days"]) for post in await told(books)])
    assert seen == [[], [("Plan", 3)], [], [], [("Plan", 1)], []]


async def test_a_plan_that_was_renewed_does_not_end(books: Books) -> None:
    """Its next period waits already."""
    account = await person(books)
    await plan_of(books, account, b"1")
    await plan_of(books, account, b"2")
    books.env.pass_s(28 * DAY_MS / 1000)
    await notices(books).plans()
    assert await told(books) == []


async def test_who_has_one_day_left_is_not_told_of_three(books: Books) -> None:
    """Though nobody looked in time."""
    await plan_of(books, await person(books), b"1")
    books.env.pass_s(29.5 * DAY_MS / 1000)
    await notices(books).plans()
    assert [post.facts["days"] for post in await told(books)] == [1]


async def test_a_webhook_is_told_the_same_without_secrets(books: Books) -> None:
    """Where the account has one, and its own; links for the mailbox alone are left out."""
    account = await person(books, url="https://hook.example/x")
    assert await books.store.outbox.webhook_of(account) == Webhook("https://hook.example/x", "s3cret")
    assert await books.store.outbox.webhook_of(books.account) is None
    letters = Letters(books.store, books.env)
    facts: dict[str, str | int] = {"link": f"{SITE}/reset?token=t", "hours": 1}
    for number in (1, 1, 2):
        sent = await letters.write(
            LetterKind.RESET, account, EMAIL, "ru", facts, once=f"reset {account} {number}"
        )
        assert sent or number == 1
    made: dict[str, str | int] = {"name": "k", "shown": "slv_1", "link": SITE}
    assert await letters.write(LetterKind.KEY_MADE, account, EMAIL, "ru", made, once="key 1")
    assert await letters.write(LetterKind.VERIFY, None, EMAIL, "ru", facts, once="verify 1")
    assert [post.facts for post in await told(books)] == [facts, facts, made, facts]
    calls = await told(books, Channel.WEBHOOK)
    assert [post.facts for post in calls] == [{"hours": 1}, {"hours": 1}, made]


@pytest.mark.parametrize(
    "facts", [{}, {"link": SITE}, {"link": "javascript:x", "hours": 1}, {"link": SITE, "hours": 1, "x": 1}]
)
async def test_a_letter_with_a_hole_is_a_bug(books: Books, facts: dict[str, str | int]) -> None:
    """It is found by whoever writes it, not by its reader."""
    with pytest.raises(ValueError, match="letter"):
        await Letters(books.store, books.env).write(LetterKind.RESET, None, EMAIL, "ru", facts, once="x")
