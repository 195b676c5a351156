"""Every address of the desk is closed to whom it is not for, by every method (A1, A9)."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
from starlette.routing import Route

from slovomat.domain.role import Role
from slovomat.usecases.sessions import Browser
from slovomat.web.admin import views
from slovomat.web.pages.assets import load_assets
from slovomat.web.pages.frame import Frame
from slovomat.web.pages.visitor import sessions_of
from tests.workshop_stand import Workshop, workshop_at

pytestmark = pytest.mark.anyio
ALL, SUPPORT, FINANCE, OWNER = {"support", "finance"}, {"support"}, {"finance"}, set[str]()
OPEN_TO = {
    r"/admin": ALL,
    r"/admin/books": FINANCE,
    r"/admin/people": ALL,
    r"/admin/people/1": ALL,
    r"/admin/people/1/history": ALL,
    r"/admin/people/1/history/1": SUPPORT,
    r"/admin/people/1/(credit|plan)": FINANCE,
    r"/admin/people/1/(block|sign-out|second-factor)": SUPPORT,
    r"/admin/people/1/role": OWNER,
    r"/admin/(payments|prices|codes|ledger|journal)(/.*)?": FINANCE,
    r"/admin/(letters|jobs)(/.*)?": SUPPORT,
    r"/admin/(modes|upstreams|settings)(/.*)?": OWNER,
}
"""Who may come in beside the owner."""


@pytest.fixture
async def workshop(tmp_path: Path) -> AsyncIterator[Workshop]:
    """A desk."""
    async with workshop_at(tmp_path) as opened:
        yield opened


def _doors(workshop: Workshop) -> list[tuple[str, str]]:
    routes: list[Route] = views.routes(workshop.backstage, Frame(workshop.backstage, load_assets()))
    found = [
        (method, re.sub(r"\{[a-z]+(:int)?\}", "1", route.path))
        for route in routes
        for method in sorted(route.methods or ())
    ]
    assert len(found) > 50
    return found


async def _answers(workshop: Workshop, browser: httpx2.AsyncClient) -> dict[tuple[str, str], httpx2.Response]:
    fields = {"blocked": "on"}  # no form without a key does anything
    async with browser:
        return {
            (method, path): await browser.request(method, path, data=fields if method == "POST" else None)
            for method, path in _doors(workshop)
        }


@pytest.mark.parametrize("role", [Role.SUPPORT, Role.FINANCE])
async def test_each_role_opens_its_own_doors(workshop: Workshop, role: Role) -> None:
    """403 on all others, whatever the method."""
    answers = await _answers(workshop, await workshop.at_desk(role))
    for (method, path), answer in answers.items():
        roles = next(roles for form, roles in OPEN_TO.items() if re.fullmatch(form, path))
        closed = answer.status_code == 403
        assert closed == (role not in roles), (method, path, answer.status_code)


async def test_who_has_no_session_there_goes_to_sign_in(workshop: Workshop) -> None:
    """A stranger, and somebody with the session of a customer's desk in the cookie."""
    browser = await workshop.at_desk(Role.OWNER)
    account = await workshop.books.store.find_account("owner@example.org")
    assert account is not None
    sessions = sessions_of(workshop.backstage)
    of_cabinet = await sessions.begin(account.id, "cabinet", Browser("127.0.0.1"), second_factor=True)
    for token in ("", "x" * 43, of_cabinet):
        browser.cookies.set("slovomat_desk", token)
        for method, path in _doors(workshop):
            answer = await browser.request(method, path)
            assert answer.headers["location"].startswith("/admin/login"), (method, path)
    await browser.aclose()


@pytest.mark.parametrize(
    "way",
    [
        {"X-Forwarded-For": "127.0.0.1"},
        {"Forwarded": "for=127.0.0.1"},
        {"X-Real-IP": "127.0.0.1"},
        {"Via": "1.1 proxy"},
        {"Host": "words.example"},
        {"Host": "127.0.0.1.words.example"},
        {"Host": ""},
    ],
    ids=str,
)
async def test_only_this_very_machine_needs_no_second_factor(workshop: Workshop, way: dict[str, str]) -> None:
    """Behind a proxy, or under another name, every door leads to the page where one is set up."""
    async with await workshop.at_desk(Role.OWNER) as browser:
        account = await workshop.books.store.find_account("owner@example.org")
        assert account is not None
        sessions = sessions_of(workshop.backstage)
        token = await sessions.begin(account.id, "admin", Browser("127.0.0.1"), second_factor=False)
        browser.cookies.set("slovomat_desk", token)
        assert (await browser.get("/admin")).status_code == 200
        for method, path in _doors(workshop):
            answer = await browser.request(method, path, headers=way)
            assert answer.headers.get("location") == "/admin/second-factor", (method, path)
