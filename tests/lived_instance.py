"""An instance to copy: books in which everything has happened once."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from slovomat.domain.generation import HoldState
from slovomat.domain.request import StoredAnswer
from slovomat.ports.history import KeptText
from slovomat.ports.journal import CreditOperation, Done, JournalNote
from slovomat.ports.mail import LetterKind
from slovomat.ports.outbox import Channel, NewPost
from slovomat.ports.people import Identity, Life, MailedToken, NewSecondFactor, NewSession
from slovomat.ports.shop import Goods
from slovomat.ports.store import Credit
from slovomat.usecases.codes import CodeOrder, make_codes, redeem_code
from tests.books import Books, mark, open_books
from tests.played_env import DAY_MS, NOON_MS
from tests.shop_stand import MONTHLY, YEARLY, ShopStand


def quiet(_table: str, _rows: int) -> None:
    """Nobody looks how far it is."""


@asynccontextmanager
async def lived(place: Path | str) -> AsyncIterator[Books]:
    """Books in which everything has happened once."""
    async with open_books(place, daily=10, cap_day=100) as books:
        await books.credit(100, expires_at_ms=books.env.now_ms() + DAY_MS)
        repeated = await books.held(idempotency=mark("first"), allowance=10)
        await books.close(repeated, HoldState.SETTLED, StoredAnswer(200, "text/plain", b"\0\xff"))
        await books.close(await books.held(), HoldState.RELEASED, reason="upstream_error")
        await books.held()
        for text in ("Привет, 🌍", "x" * 300_000, ""):
            await books.held(job_text=text, owner="")
        done, failed = await books.claim(limit=2)
        await books.complete(done, "готово")
        await books.fail(failed)
        await books.claim(limit=1)
        await books.held(job_text="waits", owner="")
        await books.store.outbox.put([letter(books)], books.env.now_ms())
        await books.store.history.keep(
            KeptText(account_id=books.account, generation_id=repeated, text="t", result="r", now_ms=NOON_MS)
        )
        note = JournalNote(at_ms=NOON_MS, actor_id=1, actor="o@example.org", action="credit", reason="a gift")
        credit = CreditOperation(key="form", note=note, account_id=books.account, requests=1, title="gift")
        assert isinstance(await books.store.journal.credit(credit), Done)
        await books.store.mode_texts.activate("essay", "a text", note)
        await sold(books)
        await signed_in(books)
        yield books


def letter(books: Books) -> NewPost:
    """One that waits to be sent."""
    return NewPost(
        once="mail key 1",
        channel=Channel.MAIL,
        kind=LetterKind.KEY_MADE,
        account_id=books.account,
        to="customer@example.org",
        language="ru",
        facts={"name": "ключ", "shown": "slv_1", "link": "https://slovomat.example/account"},
    )


async def signed_in(books: Books) -> None:
    """Somebody with all that signing in needs, and what comes of it."""
    people, account, now_ms = books.store.people, books.account, books.env.now_ms()
    later_ms = now_ms + DAY_MS
    await people.set_password(account, "a hash", now_ms, 0)
    await people.set_second_factor(account, NewSecondFactor("sealed", 1, (b"code",)), now_ms, 0)
    assert await people.try_code(account, 7, False, 30)
    await people.add_session(
        NewSession(
            token_hash=b"session",
            account_id=account,
            desk="cabinet",
            now_ms=now_ms,
            expires_at_ms=later_ms,
            seen_before_ms=0,
            address="192.0.2.1",
            agent="a browser",
            second_factor=True,
        )
    )
    link = MailedToken(
        purpose="reset",
        account_id=account,
        email="customer@example.org",
        password_hash="",
        browser_hash=b"browser",
        language="ru",
    )
    assert await people.add_token(b"link", link, Life(now_ms, later_ms, 3))
    assert await people.link_identity(
        account, Identity("https://issuer.example", "17", "c@example.org", now_ms)
    )


async def sold(books: Books) -> None:
    """Everything that a shop has: packs, a plan that was changed, codes, money given back, a debt."""
    await books.store.add_account("buyer@example.org", "Plan", False, books.env.now_ms())
    stand = ShopStand(books, "buyer@example.org")
    account = (await stand.account()).id
    pack = await stand.buy(await stand.pack())
    await books.store.credit(
        Credit(account_id=account, requests=-60, title="", reason="", now_ms=books.env.now_ms())
    )
    await stand.cashier.refund(pack.id, 5_000, "changed his mind", "operator")
    assert await stand.shop.open_closing(pack.id, "once", books.env.now_ms())
    for plan in (MONTHLY, YEARLY):
        await stand.buy(await stand.plan(plan))
    secret = bytes(32)
    codes = await make_codes(
        books.store, books.env, secret, CodeOrder(goods=Goods(title="5", requests=5), count=2, by="operator")
    )
    await redeem_code(books.store, books.env, secret, account, codes.codes[0])
