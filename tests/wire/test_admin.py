"""The operator's desk: who may do what, and that what is done is done once, with a reason, in the journal."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest
from starlette.routing import Route

from slovomat.domain.ids import AccountId
from slovomat.domain.role import Role
from slovomat.ports.journal import JournalNote, JournalQuery
from slovomat.web.admin import views
from slovomat.web.pages.assets import load_assets
from slovomat.web.pages.frame import Frame
from tests.people_stand import PASSWORD, People, heading, people_at

pytestmark = pytest.mark.anyio
SITE = "http://127.0.0.1:8080"
OWNER, BOB = "olga@example.org", "bob@example.org"
ALL = frozenset({Role.OWNER, Role.FINANCE, Role.SUPPORT})
MONEY, HELP, OWN = ALL - {Role.SUPPORT}, ALL - {Role.FINANCE}, frozenset({Role.OWNER})
DECIDED: tuple[tuple[str, frozenset[Role]], ...] = (
    (r"/admin", ALL),
    (r"/admin/people(/\d+(/history)?)?", ALL),
    (r"/admin/people/\d+/(credit|plan)", MONEY),
    (r"/admin/people/\d+/(block|sign-out|second-factor)", HELP),
    (r"/admin/people/\d+/history/\d+", HELP),
    (r"/admin/people/\d+/role", OWN),
    (r"/admin/(books|payments|prices|codes|ledger|journal)(/.*)?", MONEY),
    (r"/admin/(jobs|letters)(/.*)?", HELP),
    (r"/admin/(modes|upstreams|settings)(/.*)?", OWN),
)


@pytest.fixture
async def people(tmp_path: Path) -> AsyncIterator[People]:
    """An instance that only this machine can ask: no second factor is wanted."""
    async with people_at(tmp_path, {"host": "127.0.0.1"}, SITE) as opened:
        yield opened


async def account(people: People, email: str, role: Role = Role.NONE) -> AccountId:
    """Somebody who has signed up, with a role."""
    async with people.browser("127.0.0.1") as browser:
        await people.sign_up(browser, email)
    person = await people.store.people.by_email(email)
    assert person is not None
    await people.store.people.set_role(person.account.id, role, people.env.now_ms())
    return person.account.id


@asynccontextmanager
async def at_desk(people: People, email: str) -> AsyncIterator[httpx2.AsyncClient]:
    """A browser that is signed in at the desk."""
    async with people.browser("127.0.0.1") as browser:
        answer = await browser.post("/admin/login", data={"email": email, "password": PASSWORD})
        assert answer.headers["location"] == "/admin", answer.text
        yield browser


async def key(browser: httpx2.AsyncClient, path: str) -> str:
    """The key of a form on a page."""
    found = re.search(r'name="key" value="([0-9a-f]{32})"', (await browser.get(path)).text)
    assert found is not None, path
    return found[1]


async def journal(people: People) -> list[JournalNote]:
    """Its lines, the newest first."""
    return [row.note for row in (await people.store.journal.page(JournalQuery())).rows]


def desk_routes(people: People) -> list[tuple[str, str]]:
    """Every method and address of the desk, with 1 for each number and a mode's name."""
    routes = views.routes(people.backstage, Frame(people.backstage, load_assets()))
    found = []
    for route in routes:
        assert isinstance(route, Route)
        path = re.sub(r"\{\w+:int\}", "1", route.path)
        for method in sorted((route.methods or set()) - {"HEAD"}):
            found.append((method, re.sub(r"\{\w+\}", "post", path)))
    return found


@pytest.mark.parametrize("role", [Role.OWNER, Role.FINANCE, Role.SUPPORT, Role.NONE])
async def test_each_role_may_what_was_decided(people: People, role: Role) -> None:
    """Every address of the desk, asked by every role: a new one has to be decided on here first."""
    await account(people, OWNER, Role.OWNER)
    await account(people, BOB, role)
    async with people.browser("127.0.0.1") as browser:
        await browser.post("/admin/login", data={"email": BOB, "password": PASSWORD})
        for method, path in desk_routes(people):
            allowed = next((roles for known, roles in DECIDED if re.fullmatch(known, path)), None)
            assert allowed is not None, f"nobody decided who may {method} {path}"
            answer = await browser.request(method, path)
            if role is Role.NONE:
                assert answer.headers.get("location", "").startswith("/admin/login"), path
            elif role in allowed:
                assert answer.status_code not in {303, 401, 500}, (method, path, answer.status_code)
                assert heading(answer) != "This page is not for you", (method, path)
            else:
                assert answer.status_code == 403, (method, path, answer.status_code)


async def test_requests_are_given_once_with_a_reason(people: People) -> None:
    """The same form sent twice gives one pack, and one line in the journal, with reason and address."""
    await account(people, OWNER, Role.OWNER)
    bob = await account(people, BOB)
    page = f"/admin/people/{bob}"
    async with at_desk(people, OWNER) as browser:
        fields = {"key": await key(browser, page), "requests": "50", "title": "Sorry", "reason": ""}
        refused = await browser.post(f"{page}/credit", data=fields)
        assert refused.status_code == 422
        assert "Say why" in refused.text
        fields["reason"] = "the outage"
        told = [(await browser.post(f"{page}/credit", data=fields)).headers["location"] for _ in range(2)]
        assert told == [f"{page}?said=admin_done", f"{page}?said=admin_again"]
        packs = await people.store.account_packs(bob)
        assert [(pack.title, pack.available) for pack in packs] == [("Sorry", 50)]
        fields |= {"key": await key(browser, page), "requests": "-60"}
        assert (await browser.post(f"{page}/credit", data=fields)).status_code == 422
        fields |= {"key": await key(browser, page), "requests": "-20"}
        await browser.post(f"{page}/credit", data=fields)
        assert "Sorry" in (await browser.get(f"/admin/ledger?account={BOB}")).text
    lines = await journal(people)
    assert [(one.action, one.details["requests"], one.reason, one.actor) for one in lines] == [
        ("credit", -20, "the outage", OWNER),
        ("credit", 50, "the outage", OWNER),
    ]
    assert lines[0].address == "127.0.0.1"


async def test_who_has_a_role_answers_to_owners_alone(people: People) -> None:
    """Support blocks customers, and nobody of the staff; nobody blocks themselves."""
    olga = await account(people, OWNER, Role.OWNER)
    bob = await account(people, BOB, Role.SUPPORT)
    ann = await account(people, "ann@example.org")
    async with at_desk(people, BOB) as browser:
        fields = {"key": await key(browser, f"/admin/people/{ann}"), "reason": "spam", "blocked": "on"}
        for target in (olga, bob):
            assert (await browser.post(f"/admin/people/{target}/block", data=fields)).status_code == 403
        done = await browser.post(f"/admin/people/{ann}/block", data=fields)
        assert done.headers["location"].endswith("said=admin_done")
    blocked = await people.store.find_account("ann@example.org")
    assert blocked is not None
    assert blocked.blocked


async def test_the_last_owner_stays_one(people: People) -> None:
    """A role that is given ends sessions at the desk; the last owner's cannot be taken."""
    olga = await account(people, OWNER, Role.OWNER)
    bob = await account(people, BOB, Role.FINANCE)
    async with at_desk(people, OWNER) as browser, at_desk(people, BOB) as other:
        fields = {"key": await key(browser, f"/admin/people/{olga}"), "reason": "x", "role": ""}
        refused = await browser.post(f"/admin/people/{olga}/role", data=fields)
        assert refused.status_code == 422
        assert "last owner" in refused.text
        fields |= {"key": await key(browser, f"/admin/people/{bob}"), "role": "support"}
        await browser.post(f"/admin/people/{bob}/role", data=fields)
        assert (await other.get("/admin")).headers["location"].startswith("/admin/login")
    person = await people.store.people.by_id(bob)
    assert person is not None
    assert person.role is Role.SUPPORT


async def test_a_plan_gets_other_terms_and_codes_are_seen_once(people: People) -> None:
    """Prices change by the form; a batch of codes sent twice is one batch, and one code opens a pack."""
    await account(people, OWNER, Role.OWNER)
    async with at_desk(people, OWNER) as browser:
        terms = {
            "key": await key(browser, "/admin/prices"),
            "new": "no",
            "name": "Престиж",
            "price": "1 290,50",
            "period_days": "30",
            "daily_requests": "150",
            "rpm": "",
            "dialects": "textbot",
            "on_sale": "on",
            "reason": "dearer",
            "unheard_of": "ignored",
        }
        assert (await browser.post("/admin/prices/plans", data=terms)).status_code == 303
        offer = await people.store.find_plan("Престиж")
        assert offer is not None
        assert (offer.plan.price_kopecks, offer.plan.daily_requests) == (129_050, 150)
        again = {**terms, "new": "yes", "key": await key(browser, "/admin/prices")}
        assert "one of that name" in (await browser.post("/admin/prices/plans", data=again)).text
        batch = {"key": await key(browser, "/admin/codes"), "count": "3", "requests": "10", "reason": "gifts"}
        file = await browser.post("/admin/codes", data={**batch, "as": "csv"})
        assert file.headers["content-type"] == "text/csv; charset=utf-8"
        assert len(file.text.split()) == 4
        assert (await browser.post("/admin/codes", data=batch)).status_code == 422
        (made,) = await people.store.shop.list_batches(10)
        assert (made.codes, made.made_by) == (3, OWNER)
        assert (await browser.get(f"/admin/codes/{made.id}")).status_code == 200
    assert [(one.action, one.reason) for one in await journal(people)] == [
        ("make_codes", "gifts"),
        ("save_plan", "dearer"),
    ]


async def test_what_is_not_there_is_not_found(people: People) -> None:
    """Numbers of nothing, and numbers that no row can have."""
    await account(people, OWNER, Role.OWNER)
    async with at_desk(people, OWNER) as browser:
        for page in ("people", "payments", "codes", "jobs"):
            for number in ("999", "9" * 40):
                assert (await browser.get(f"/admin/{page}/{number}")).status_code == 404, page
        assert (await browser.get(f"/admin/people/{'9' * 40}/history")).status_code == 404
