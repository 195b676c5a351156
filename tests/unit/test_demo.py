"""The made-up month: its books are whole, its people alike each time, and nothing real is touched."""

import asyncio
import re
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest

from slovomat.demo import place
from slovomat.demo.chance import DemoEnv
from slovomat.demo.fill import DAYS, Filled, fill
from slovomat.demo.market import PURCHASES, WAITS
from slovomat.demo.people import BLOCKED, CUSTOMER, OPERATOR, OWING, PASSWORD, PEOPLE
from slovomat.demo.providers import clock_of, demo_settings, fake_providers
from slovomat.demo.texts import ASKED, WRITTEN
from slovomat.demo.traffic import DAY_MS, wishes
from slovomat.demo.upstream import Drawer
from slovomat.domain.mode import MODE_IDS
from slovomat.domain.role import Role
from slovomat.modes import load_modes
from slovomat.ports.history import HistoryQuery
from slovomat.ports.journal import JournalQuery
from slovomat.ports.shop import OrderState, PaymentFilter
from slovomat.ports.store import Store
from slovomat.storage.open import make_store
from slovomat.usecases.passwords import Passwords

T = TypeVar("T")
NOW_MS = 1_795_361_400_000
SECRET = bytes(32)
RUSSIAN = re.compile("[а-яё]", re.IGNORECASE)


class Month:
    """A month that was filled, and a look into its database."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "month.db"
        self.days: list[int] = []
        with fake_providers(folder, 1) as fake:
            env = DemoEnv("a seed", NOW_MS)
            settings = demo_settings(folder, 1, "http://127.0.0.1:1/v1", fake)
            with clock_of(fake, env):
                self.filled: Filled = asyncio.run(
                    fill(
                        settings,
                        self.file,
                        SECRET,
                        fake=fake,
                        env=env,
                        progress=lambda day, _: self.days.append(day),
                    )
                )

    def ask(self, question: Callable[[Store], Awaitable[T]]) -> T:
        """The answer of its store."""

        async def asked() -> T:
            store = make_store(self.file)
            await store.open()
            try:
                return await question(store)
            finally:
                await store.close_store()

        return asyncio.run(asked())


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Month:
    """One month for all tests of this file."""
    return Month(tmp_path_factory.mktemp("month"))


def test_the_books_of_the_month_are_whole(month: Month) -> None:
    """Nothing is held but the prices of jobs that wait for the start, and some thousand were written."""
    audit = month.ask(lambda store: store.audit())
    assert audit.violations == ()
    assert audit.held == 2 * month.ask(lambda store: store.queue_depth())[0] > 0
    assert audit.spent > 2 * 3_000
    assert month.filled.generations > 3_000
    assert month.days == list(range(1, DAYS + 1))


def test_the_same_seed_tells_the_same_month(month: Month, tmp_path: Path) -> None:
    """Down to the key and the ledger."""
    again = Month(tmp_path)
    assert again.filled == month.filled
    assert again.ask(lambda store: store.audit()) == month.ask(lambda store: store.audit())


def test_everybody_can_sign_in_with_the_password_that_is_printed(month: Month) -> None:
    """The customer in a cabinet of their own, the operator as an owner without a second factor."""

    async def check(store: Store) -> None:
        for email, role in ((CUSTOMER, Role.NONE), (OPERATOR, Role.OWNER)):
            person = await store.people.by_email(email)
            assert person is not None
            assert (person.role, person.totp_secret) == (role, "")
            assert (await Passwords().check(PASSWORD, person.password_hash)).right

    month.ask(check)


def test_every_purchase_came_to_the_end_that_was_meant(month: Month) -> None:
    """Paid, left, refunded or waiting, at all five providers and by invoice; no payment has a problem."""
    rows = month.ask(lambda store: store.shop.list_payments(PaymentFilter(limit=500)))
    assert [row.payment.problem for row in rows if row.payment.problem] == []
    states = [str(row.payment.state) for row in rows]
    assert len(rows) == len(PURCHASES)
    assert states.count("pending") == len([one for one in PURCHASES if one.end == WAITS])
    assert sum(row.payment.refunded_kopecks for row in rows) == sum(one.back_kopecks for one in PURCHASES)
    assert {row.payment.provider for row in rows} == {one.provider for one in PURCHASES}


def test_the_customer_has_something_of_everything(month: Month) -> None:
    """Generations of each kind with texts, keys in force and ended, orders of each state."""

    async def look(store: Store) -> None:
        account = await store.find_account(CUSTOMER)
        assert account is not None
        page = await store.history.page(HistoryQuery(account_id=account.id, limit=500))
        assert {row.dialect for row in page.rows} == {"site", "openai", "textbot"}
        assert {row.state for row in page.rows} == {"settled", "released"}
        assert all(NOW_MS - (DAYS + 1) * DAY_MS < row.at_ms < NOW_MS for row in page.rows)
        of_site = next(row for row in page.rows if row.dialect == "site" and row.state == "settled")
        found = await store.history.find(account.id, of_site.id)
        assert found is not None
        assert found.text in ASKED["ru"]
        assert len(await store.list_keys(account.id)) == 4
        orders = await store.shop.account_orders(account.id, 50)
        assert {one.state for one in orders} == set(OrderState)

    month.ask(look)


def test_the_operator_finds_work(month: Month) -> None:
    """A debt, a block, a journal, codes that were taken, a mode in its second edition, letters that wait."""

    async def look(store: Store) -> None:
        owing, blocked = await store.find_account(OWING), await store.find_account(BLOCKED)
        assert owing is not None
        assert blocked is not None
        assert await store.shop.debt(owing.id) > 0
        assert blocked.blocked
        batch = (await store.shop.list_batches(10))[0]
        assert 0 < batch.redeemed < batch.codes
        assert [one.revision for one in await store.mode_texts.versions("post")] == [2, 1]
        assert await store.outbox.waiting() == 3
        actions = {row.note.action for row in (await store.journal.page(JournalQuery())).rows}
        assert {"credit", "block", "mode_activate", "confirm_invoice", "refund", "make_codes"} == actions

    month.ask(look)


def test_the_day_has_a_curve_and_the_weekend_another() -> None:
    """A company's program writes by day on working days, and hardly ever else."""
    env = DemoEnv("curve", NOW_MS)
    shop = next(one for one in PEOPLE if one.email.startswith("seo."))
    hours = [wish.at_ms // 3_600_000 for _ in range(20) for wish in wishes(env, shop, 1, 0, weekend=False)]
    rest = [wish for _ in range(20) for wish in wishes(env, shop, 1, 0, weekend=True)]
    assert len([hour for hour in hours if 8 <= hour < 19]) > 0.9 * len(hours)
    assert len(rest) < len(hours) / 4


def test_there_is_a_text_for_each_mode_in_both_languages() -> None:
    """And for each language something to ask."""
    assert set(WRITTEN) == set(MODE_IDS)
    for texts in (ASKED, *WRITTEN.values()):
        assert all(RUSSIAN.search(text) for text in texts["ru"])
        assert not any(RUSSIAN.search(text) for text in texts["en"])


@pytest.mark.parametrize("mode_id", MODE_IDS)
@pytest.mark.parametrize(("language", "asked"), [("ru", "О первом снеге"), ("en", "About the first snow")])
def test_the_upstream_tells_the_modes_apart(mode_id: str, language: str, asked: str) -> None:
    """By the prompt that the service sends, in the language of what was asked."""
    modes = load_modes()
    prompt = modes.render(mode_id, asked)
    said = [{"role": "system", "content": prompt.system}, {"role": "user", "content": prompt.user}]
    assert Drawer(modes).answer(said) in WRITTEN[mode_id][language]


def test_a_folder_that_holds_something_else_is_refused(tmp_path: Path) -> None:
    """Nothing in it is touched; an empty one is taken, and known again."""
    (tmp_path / "slovomat.db").write_text("real", "ascii")
    with pytest.raises(place.NotADemoError):
        place.take(tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["slovomat.db"]
    place.take(tmp_path / "new")
    (tmp_path / "new" / "slovomat.db").write_text("the demo's", "ascii")
    place.take(tmp_path / "new")


def test_a_usual_start_loads_nothing_of_the_demo() -> None:
    """Neither its people nor the fake providers."""
    look = (
        "import sys; from slovomat.cli import serving; import slovomat.main;"
        "print([one for one in sys.modules if one.startswith(('slovomat.demo', 'slovomat.testing'))])"
    )
    looked = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert looked.stdout.strip() == "[]"
