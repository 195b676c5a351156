"""A page of another site posts forms in the browser of somebody who is signed in: nothing happens (A12)."""

import pytest
from playwright.sync_api import Route

from slovomat.domain.role import Role
from tests.browser.conftest import OpenTab
from tests.browser.market import PASSWORD, Market
from tests.browser.person import Person

EVIL = "http://evil.test/"
POSTS: dict[str, dict[str, str]] = {
    "/sign-out": {},
    "/theme": {"theme": "dark"},
    "/keys": {"name": "theirs", "reads_balance": "yes"},
    "/notices": {"low_balance": "5", "webhook_url": "https://evil.test/"},
    "/security/password": {"present": PASSWORD, "password": "a password of theirs"},
    "/security/language": {"language": "en"},
    "/security/sessions/others": {},
    "/personal-data/delete": {"present": PASSWORD},
    "/buy": {"offer": "pack:1"},
    "/playground/run": {"mode": "chat", "text": "spend it"},
    "/admin/people/1/credit": {"requests": "1000", "reason": "theirs", "key": "0" * 32},
    "/admin/codes": {"count": "1", "requests": "10", "reason": "theirs", "key": "1" * 32, "as": "page"},
}


@pytest.fixture
def person(open_tab: OpenTab, market: Market) -> Person:
    """An owner who is signed in at both desks."""
    email = market.someone("ru", 100, role=Role.OWNER)
    found = Person(*open_tab(("ru", 1280, "light")), market, "ru", email)
    found.carries("cabinet")
    found.carries("admin")
    return found


def page_of(url: str, fields: dict[str, str]) -> str:
    """A form that sends itself."""
    inputs = "".join(f'<input name="{name}" value="{value}">' for name, value in fields.items())
    return f'<form method="post" action="{url}">{inputs}</form><script>document.forms[0].submit()</script>'


@pytest.mark.parametrize("path", POSTS)
def test_a_form_of_another_site(person: Person, path: str) -> None:
    """Is answered with 403, and has changed nothing."""
    tab, market = person.tab, person.market
    before = market.belongings(person.email)
    html = page_of(market.url + path, POSTS[path])

    def answer(route: Route) -> None:
        route.fulfill(content_type="text/html", body=html)

    tab.route(EVIL, answer)
    with tab.expect_response(market.url + path) as coming:
        tab.goto(EVIL)
    assert coming.value.status == 403
    assert market.belongings(person.email) == before
    tab.unroute(EVIL)
    tab.goto("/account")
    person.is_at("/account")
