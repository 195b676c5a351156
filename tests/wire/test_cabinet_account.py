"""The account's page says what the books say; notices go where their owner wants, and nowhere inside."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from httpx2 import AsyncClient

from slovomat.domain.generation import HoldState
from slovomat.domain.ids import AccountId
from slovomat.ports.people import Person
from tests.books import Books
from tests.people_stand import People, people_at
from tests.played_env import DAY_MS
from tests.shop_stand import ShopStand

pytestmark = pytest.mark.anyio
ANN = "ann@example.org"


@pytest.fixture
async def people(tmp_path: Path) -> AsyncIterator[People]:
    """An instance over HTTPS; its books are audited at the end."""
    async with people_at(tmp_path) as opened:
        yield opened


@pytest.fixture
async def browser(people: People) -> AsyncIterator[AsyncClient]:
    """Ann's."""
    async with people.browser() as opened:
        await people.enter(opened, ANN)
        yield opened


async def person(people: People) -> Person:
    """Ann, as she is now."""
    found = await people.store.people.by_email(ANN)
    assert found is not None
    return found


async def books_of(people: People) -> Books:
    """Hers, with a key."""
    return await people.books((await person(people)).account.id)


async def stats(browser: AsyncClient) -> list[str]:
    """The figures at the head of the page: today's requests, packs, plan, keys."""
    page = (await browser.get("/account")).text
    part = page[page.index('<div class="stats">') :]
    return [re.sub(r"<[^>]+>|\s", "", one) for one in re.findall(r'class="stat-value[^"]*">(.*?)</', part)][
        :4
    ]


async def test_the_figures_are_those_of_the_books(people: People, browser: AsyncClient) -> None:
    """What is set aside is not left; what was given back is; a pack that ended is gone."""
    books = await books_of(people)
    plan = await people.store.plan_of(books.account)
    daily = plan.daily_requests
    assert await stats(browser) == [str(daily), "0", plan.name, "1"]
    await books.credit(100, title="Hundred")
    await books.credit(50, title="Soon over", expires_at_ms=people.env.now_ms() + DAY_MS // 4)
    held = await books.held(3, allowance=daily)
    packs = await books.balance()
    everything = await books.balance(daily)
    assert await stats(browser) == [str(everything - packs), str(packs), plan.name, "1"]
    await books.close(held, HoldState.RELEASED)
    assert (await stats(browser))[:2] == [str(daily), "150"]
    page = (await browser.get("/account")).text
    assert "Hundred" in page
    assert "Soon over" in page
    people.env.pass_s(DAY_MS // 4 / 1000 + 1)
    assert (await stats(browser))[1] == "100"


async def test_the_first_steps_go_away_with_the_first_result(people: People, browser: AsyncClient) -> None:
    """Not with one that is under way or failed; and for good."""
    books = await books_of(people)
    await books.credit(100)

    async def guided() -> bool:
        return 'id="guide"' in (await browser.get("/account")).text

    assert await guided()
    failed, good = await books.held(), await books.held()
    await books.close(failed, HoldState.RELEASED, reason="upstream_error")
    assert await guided()
    await books.close(good, HoldState.SETTLED)
    assert not await guided()
    assert (await person(people)).guide_done
    for _ in range(6):
        await books.close(await books.held(), HoldState.RELEASED)
    assert not await guided()


async def test_the_first_steps_can_be_waved_away(people: People, browser: AsyncClient) -> None:
    """By a form, for good."""
    assert 'id="guide"' in (await browser.get("/account")).text
    assert (await browser.post("/account/guide")).headers["location"] == "/account"
    assert 'id="guide"' not in (await browser.get("/account")).text


async def test_little_left_is_said(people: People, browser: AsyncClient) -> None:
    """Below what its owner wants to be told of, or when it does not pay for one more generation."""
    books = await books_of(people)
    told = "requests are running out"
    assert told not in (await browser.get("/account")).text
    await browser.post("/notices", data={"low_balance": "1000000", "webhook_url": ""})
    assert told in (await browser.get("/account")).text
    await books.credit(2_000_000)
    assert told not in (await browser.get("/account")).text


async def test_a_debt_is_said(people: People, browser: AsyncClient) -> None:
    """How much, in place of the warning of a low balance."""
    books = await books_of(people)
    stand = ShopStand(books, ANN)
    payment = await stand.buy(await stand.pack(100, kopecks=10_000))
    await books.held(70)
    stand.provider.gives_back(payment.reference, 10_000)
    await stand.cashier.check(payment.id)
    owed = await people.store.shop.debt(books.account)
    assert owed > 0
    assert f"You owe {owed}\xa0request" in (await browser.get("/account")).text


async def test_a_webhook_has_a_secret_of_its_own(people: People, browser: AsyncClient) -> None:
    """It stays with the address, changes with it, and goes away with it."""
    url = "https://hooks.example/a"
    await browser.post("/notices", data={"low_balance": "10", "webhook_url": url})
    first = (await person(people)).webhook_secret
    assert re.fullmatch("whs_[0-9a-f]{48}", first)
    assert first in (await browser.get("/notices")).text
    await browser.post("/notices", data={"low_balance": "20", "webhook_url": url})
    kept = await person(people)
    assert (kept.webhook_secret, kept.low_balance_requests) == (first, 20)
    await browser.post("/notices", data={"low_balance": "20", "webhook_url": url + "b"})
    assert (await person(people)).webhook_secret not in {first, ""}
    await browser.post("/notices", data={"low_balance": "20", "webhook_url": ""})
    none = await person(people)
    assert (none.webhook_url, none.webhook_secret) == ("", "")


REFUSED = (
    *(
        "http://127.0.0.1/",
        "http://localhost/",
        "http://10.0.0.5/x",
        "http://192.168.1.1:8080/",
        "http://[::1]/",
    ),
    *(
        "http://169.254.169.254/latest/meta-data",
        "http://0.0.0.0/",
        "http://[::ffff:10.0.0.1]/",
        "http://db/",
    ),
    *("http://0x7f.1/", "http://2130706433/", "http://hooks.example:5432/", "https://user:pw@hooks.example/"),
    *("ftp://hooks.example/", "file:///etc/passwd", "javascript:alert(1)", "hooks.example", "https://"),
    *("https://hooks.example/#x", "https://hooks.example/a b", "https://hooks.example\\@10.0.0.1/"),
)


async def test_a_webhook_of_the_inside_is_refused(people: People, browser: AsyncClient) -> None:
    """The form comes back with what was typed, and nothing is kept."""
    for url in REFUSED:
        answer = await browser.post("/notices", data={"low_balance": "5", "webhook_url": url})
        assert answer.status_code == 422, url
        assert "of the open internet" in answer.text
    for low in ("", "-1", "x", "1.5", "9" * 14):
        answer = await browser.post("/notices", data={"low_balance": low, "webhook_url": ""})
        assert (answer.status_code, "A whole number" in answer.text) == (422, True), low
    kept = await person(people)
    assert (kept.low_balance_requests, kept.webhook_url, kept.webhook_secret) == (0, "", "")


async def test_networks_that_the_operator_allows_may_be_called(tmp_path: Path) -> None:
    """On any port of theirs, and those alone."""
    async with people_at(tmp_path, {"webhook_networks_allowed": ["10.1.0.0/16"]}) as people:
        async with people.browser() as browser:
            await people.enter(browser, ANN)
            statuses = [
                (await browser.post("/notices", data={"low_balance": "0", "webhook_url": url})).status_code
                for url in ("http://10.1.2.3:9000/", "http://10.2.0.1/")
            ]
        assert statuses == [303, 422]


async def test_what_is_slipped_into_the_form_is_ignored(people: People, browser: AsyncClient) -> None:
    """Whose notices they are, the secret, the balance and the plan are not the form's to say (A9)."""
    async with people.browser("192.0.2.2") as other:
        bob: AccountId = await people.enter(other, "bob@example.org")
    slipped = {
        **dict.fromkeys(("account_id", "id"), str(bob)),
        **dict.fromkeys(("webhook_secret", "secret"), "mine"),
        **dict.fromkeys(("balance", "requests", "plan", "role", "guide_done"), "1"),
    }
    before = await person(people)
    url = "https://hooks.example/"
    await browser.post("/notices", data={"low_balance": "5", "webhook_url": url, **slipped})
    await browser.post("/account/guide", data=slipped)
    after, his = await person(people), await people.store.people.by_id(bob)
    assert his is not None
    assert (his.webhook_url, his.low_balance_requests, his.guide_done) == ("", 0, False)
    assert (after.role, after.account) == (before.role, before.account)
    assert after.webhook_secret != "mine"


async def test_the_subscription_is_the_plan(people: People, browser: AsyncClient) -> None:
    """By name, and with the keys that call it."""
    await books_of(people)
    page = await browser.get("/subscription")
    assert page.status_code == 200
    assert (await person(people)).account.plan in page.text


async def test_strangers_are_shown_the_way_in(people: People) -> None:
    """At the addresses that messages name, which answer everybody; from the others they are sent there."""
    async with people.browser() as stranger:
        for path in ("/account", "/subscription"):
            shown = await stranger.get(path)
            assert shown.status_code == 200
            assert f'name="next" value="{path}"' in shown.text
        assert (await stranger.get("/notices")).headers["location"] == "/sign-in?next=/notices"
        for path in ("/account/guide", "/notices"):
            assert (await stranger.post(path)).headers["location"] == "/sign-in"
