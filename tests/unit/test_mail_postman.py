"""The postman: sends what is due, tries again ever more rarely, and gives up in the end."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.books import Books, open_books
from tests.played_env import DAY_MS, HOUR_MS

from slovomat.ports.mail import Delivery, Event, Letter, LetterKind, Outcome, Webhook
from slovomat.ports.outbox import Channel, NewPost
from slovomat.usecases.letters import Letters
from slovomat.usecases.postman import Postman

pytestmark = pytest.mark.anyio


class Notebook:
    """Mailer and webhook caller that note down what they were given, and end as the test says."""

    def __init__(self) -> None:
        self.delivery = Delivery(Outcome.SENT)
        self.bug = False
        self.letters: list[Letter] = []
        self.events: list[Event] = []

    async def send(self, letter: Letter) -> Delivery:
        """Notes the letter down."""
        self.letters.append(letter)
        if self.bug:
            raise LookupError("a template is missing")
        return self.delivery

    async def call(self, _webhook: Webhook, event: Event) -> Delivery:
        """Notes the event down."""
        self.events.append(event)
        return self.delivery


@pytest.fixture
async def books(tmp_path: Path) -> AsyncIterator[Books]:
    """An account that may be written to."""
    async with open_books(tmp_path) as opened:
        yield opened


async def write(books: Books, once: str = "reset 1") -> None:
    """A letter to be sent."""
    await Letters(books.store, books.env).write(
        LetterKind.RESET, None, "ann@example.org", "ru", {"link": "https://x.example/", "hours": 1}, once=once
    )


async def test_what_was_sent_is_not_sent_again(books: Books) -> None:
    """All that is due goes in one round, however much it is."""
    notebook = Notebook()
    postman = Postman(books.store, books.env, notebook, notebook)
    for number in range(25):
        await write(books, str(number))
    await postman.letters()
    await postman.letters()
    assert len({letter.mark for letter in notebook.letters}) == len(notebook.letters) == 25
    assert await books.store.outbox.waiting() == 0


@pytest.mark.parametrize("bug", [False, True])
async def test_what_failed_is_tried_again_for_three_days(books: Books, bug: bool) -> None:
    """Ever more rarely, under the same mark; a bug of ours counts as a failure too. Then it is given up."""
    notebook = Notebook()
    notebook.delivery, notebook.bug = Delivery(Outcome.LATER, "450 greylisted"), bug
    postman = Postman(books.store, books.env, notebook, notebook)
    await write(books)
    hours = 0
    while await books.store.outbox.waiting():
        await postman.letters()
        books.env.jump_ms(HOUR_MS)
        hours += 1
    assert 72 <= hours <= 72 + 6
    assert 18 <= len(notebook.letters) <= 30
    assert len({letter.mark for letter in notebook.letters}) == 1


async def test_a_final_no_is_believed(books: Books) -> None:
    """There is no further attempt."""
    notebook = Notebook()
    notebook.delivery = Delivery(Outcome.NEVER, "550 no such user")
    postman = Postman(books.store, books.env, notebook, notebook)
    await write(books)
    for _ in range(3):
        await postman.letters()
        books.env.jump_ms(DAY_MS)
    assert len(notebook.letters) == 1
    assert await books.store.outbox.waiting() == 0


async def test_a_webhook_that_was_taken_away_is_not_called(books: Books) -> None:
    """The event is given up."""
    notebook = Notebook()
    event = NewPost(
        once="webhook key 1",
        channel=Channel.WEBHOOK,
        kind=LetterKind.KEY_MADE,
        account_id=books.account,
        to="",
        language="ru",
        facts={},
    )
    await books.store.outbox.put([event], books.env.now_ms())
    await Postman(books.store, books.env, notebook, notebook).calls()
    assert notebook.events == []
    assert await books.store.outbox.waiting() == 0
