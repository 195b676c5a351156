"""What the operator's desk looks at across accounts, and what it does to people, on both engines."""

import pytest
from tests.books import Books
from tests.shop_stand import ShopStand

from slovomat.domain.role import Role
from slovomat.ports.desk import LedgerQuery, LetterQuery, PeopleQuery
from slovomat.ports.journal import Done, JournalNote, MarkOperation, PersonOperation, Refused

pytestmark = pytest.mark.anyio


def note(books: Books, action: str = "role") -> JournalNote:
    """A line."""
    return JournalNote(at_ms=books.env.now_ms(), actor_id=1, actor="olga", action=action, reason="test")


async def test_people_are_found_by_a_part_of_their_mail_or_their_number(books: Books) -> None:
    """The newest first, page by page; signs that a pattern has are signs."""
    for name in ("ann", "a%n", "a_n"):
        await books.store.add_account(f"{name}@example.org", "Plan", False, books.env.now_ms())
    await books.credit(50)

    async def found(text: str, **more: int) -> list[str]:
        query = PeopleQuery(now_ms=books.env.now_ms(), text=text, **more)
        return [one.email.partition("@")[0] for one in await books.store.desk.people(query)]

    assert await found("") == ["a_n", "a%n", "ann", "customer"]
    assert await found("A%N") == ["a%n"]
    assert await found("a_n@") == ["a_n"]
    assert await found(f"№ {books.account}") == ["customer"]
    (customer,) = await books.store.desk.people(PeopleQuery(now_ms=books.env.now_ms(), text="customer"))
    assert (customer.packs_requests, customer.role, customer.blocked) == (50, Role.NONE, False)
    assert await found("example.org", limit=2) == ["a_n", "a%n"]


async def test_the_ledger_of_all_and_of_one(books: Books) -> None:
    """Each movement with whose it is; narrowed by account and kind."""
    await books.credit(50, title="Gift")
    await books.held()
    rows = await books.store.desk.ledger(LedgerQuery())
    assert [(one.kind, one.bucket, one.available_change) for one in rows] == [
        ("hold", "Gift", -2),
        ("grant", "Gift", 50),
    ]
    assert {one.email for one in rows} == {"customer@example.org"}
    assert [one.kind for one in await books.store.desk.ledger(LedgerQuery(kind="grant"))] == ["grant"]
    assert [one.kind for one in await books.store.desk.ledger(LedgerQuery(before=rows[0].id))] == ["grant"]
    assert await books.store.desk.ledger(LedgerQuery(account_id=books.account + 1)) == []


async def test_takings_are_what_came_less_what_went_back(books: Books) -> None:
    """By quarters of an hour; other currencies and earlier times are left out."""
    shop = ShopStand(books)
    payment = await shop.buy(await shop.pack(100, 10_000))
    await shop.begin(await shop.pack(100, 10_000))
    refund = await shop.cashier.refund(payment.id, 4_000, "half", "olga")
    assert not isinstance(refund, str)
    since_ms = books.env.now_ms() - 86_400_000
    takings = await books.store.desk.takings(since_ms, "RUB")
    assert [(one.kopecks, one.payments, one.test) for one in takings] == [
        (10_000, 1, False),
        (-4_000, 0, False),
    ]
    assert all(0 <= books.env.now_ms() - one.at_ms < 900_000 for one in takings)
    assert await books.store.desk.takings(since_ms, "USD") == []
    assert await books.store.desk.takings(books.env.now_ms() + 1, "RUB") == []
    counts = await books.store.desk.payment_counts(since_ms)
    assert (counts.pending, counts.invoices, counts.troubled) == (1, 0, 0)
    assert await books.store.desk.letters(LetterQuery(state="given up")) == []


async def test_people_are_changed_once(books: Books) -> None:
    """Under a key, with a line; the same key never does another thing, and a refusal leaves no trace."""
    journal = books.store.journal

    def operation(key: str, role: str) -> PersonOperation:
        return PersonOperation(key=key, note=note(books), account_id=books.account, change="role", value=role)

    assert await journal.person(operation("1", "owner")) == Done()
    assert await journal.person(operation("1", "owner")) == Done(again=True)
    assert await journal.person(operation("1", "support")) == Refused("other_operation")
    assert await journal.person(operation("2", "support")) == Refused("last_owner")
    assert await journal.mark(MarkOperation(key="3", note=note(books, "refund"))) == Done()
    assert await journal.mark(MarkOperation(key="3", note=note(books, "refund"))) == Done(again=True)
    assert await journal.actions() == ["refund", "role"]
    person = await books.store.people.by_id(books.account)
    assert person is not None
    assert person.role is Role.OWNER
