"""What people and models write stays text, on every page and in every letter that shows it (A12)."""

import email
import email.policy

import pytest
import requests
from playwright.sync_api import Browser, expect

from slovomat.domain.role import Role
from tests.browser.conftest import OpenTab, open_context
from tests.browser.market import PAID, Market
from tests.browser.markup import MARKUP
from tests.browser.person import Person
from tests.wire.customers import Customer
from tests.wire.deadline import until

_HERE = {"Sec-Fetch-Site": "same-origin"}
_NAME_CHARS = 100
_RAN = """() => {
  const wrong = [];
  if (window.__ran) wrong.push("a script ran");
  const never = "#evil, [hx-on\\\\:\\\\:load], [hx-get='/evil'], iframe, object, base, math";
  for (const one of document.querySelectorAll(never))
    wrong.push(one.outerHTML.slice(0, 200));
  for (const one of document.querySelectorAll("main *, body > p"))
    for (const { name, value } of one.attributes)
      if (name.startsWith("on") || /^\\s*(javascript|data:text)/i.test(value))
        wrong.push(one.outerHTML.slice(0, 200));
  return wrong;
}"""
"""Whether something ran, or stands there that waits to be run."""


class Wall:
    """Somebody whose generations and keys are all markup. `jobs`: theirs, in the order of MARKUP."""

    def __init__(self, market: Market) -> None:
        self.market = market
        self.email = market.someone("ru", 1000, PAID)
        customer = Customer(market.url, self.email, market.key(self.email))
        self.jobs = [customer.job(text) for text in MARKUP]
        for job in self.jobs:
            assert customer.ended(job)["status"] == "completed"
        cookies = {"slovomat_session": market.token(self.email)}
        for text in MARKUP:
            form = {"name": " ".join(text.split())[:_NAME_CHARS], "reads_balance": "yes"}
            made = requests.post(f"{market.url}/keys", form, headers=_HERE, cookies=cookies, timeout=20)
            assert made.status_code == 200, text


@pytest.fixture(scope="module")
def wall(market: Market) -> Wall:
    """One of them."""
    return Wall(market)


@pytest.fixture
def person(open_tab: OpenTab, wall: Wall) -> Person:
    """The same, at a browser."""
    found = Person(*open_tab(("ru", 1280, "light")), wall.market, "ru", wall.email)
    found.carries("cabinet")
    found.tab.on("dialog", lambda _: found.complains("a dialog opened"))
    return found


@pytest.fixture
def operator(open_tab: OpenTab, wall: Wall) -> Person:
    """Who looks at them from the desk."""
    email = wall.market.someone("ru", role=Role.OWNER)
    found = Person(*open_tab(("ru", 1280, "light")), wall.market, "ru", email)
    found.carries("admin")
    found.tab.on("dialog", lambda _: found.complains("a dialog opened"))
    return found


def test_there_are_sixty() -> None:
    """And no two are the same."""
    assert len(set(MARKUP)) == 60


def test_one_generation_after_the_other(person: Person, wall: Wall) -> None:
    """Its text and its answer are shown as they were written."""
    for job, text in zip(wall.jobs, MARKUP, strict=True):
        person.tab.goto(f"/history/{job}")
        assert person.tab.evaluate(_RAN) == [], text
        shown = person.tab.locator("main").inner_text().split()
        assert " ".join(text.split()) in " ".join(shown)
    assert person.faults() == []


def test_the_lists(person: Person) -> None:
    """Of keys, of generations, and of one's account."""
    for path in ("/keys", "/history", "/account", "/subscription", "/security", "/topup"):
        person.tab.goto(path)
        assert person.tab.evaluate(_RAN) == [], path
    assert person.faults() == []


def test_the_playground_while_it_writes(person: Person) -> None:
    """An answer may have a form, but only that of a text."""
    person.tab.goto("/playground")
    words = person.tab.get_by_label(person.t["play_text"], exact=True)
    run = person.tab.get_by_role("button", name=person.t["play_run"].partition("{")[0].strip())
    for text in MARKUP:
        words.fill(text)
        run.click()
        expect(person.tab.locator("[data-told] a")).to_be_visible()
        assert person.tab.evaluate(_RAN) == [], text
    assert person.faults() == []


def test_the_operators_desk(operator: Person, wall: Wall) -> None:
    """Each text, the person, their keys and jobs."""
    person = f"/admin/people/{wall.market.account(wall.email)}"
    lists = ("/admin", "/admin/people", "/admin/jobs", person, f"{person}/history")
    texts = [f"{person}/history/{job}" for job in wall.jobs]
    jobs = [f"/admin/jobs/{job}" for job in wall.jobs[::10]]
    for path in (*lists, *texts, *jobs):
        operator.tab.goto(path, wait_until="domcontentloaded")
        assert operator.tab.evaluate(_RAN) == [], path
    assert operator.faults() == []


def test_letters(browser: Browser, wall: Wall) -> None:
    """Mail programs have no policy of ours: nothing in a letter runs without one either."""
    folder = wall.market.service.data / "letters"

    def letters() -> list[str]:
        files = [
            email.message_from_bytes(one.read_bytes(), policy=email.policy.default)
            for one in folder.glob("key_made-*.eml")
        ]
        bodies = [one.get_body(("html",)) for one in files if one["To"] == wall.email]
        return [str(body.get_content()) for body in bodies if body is not None]

    htmls = until(lambda: found if len(found := letters()) >= len(MARKUP) else None, 30, "the letters")
    context = open_context(browser, wall.market.url, ("ru", 1280, "light"))
    tab = context.new_page()
    asked: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.on("dialog", lambda _: asked.append("a dialog"))
    for html in htmls:
        tab.set_content(html)
        assert tab.evaluate(_RAN) == [], html
    context.close()
    assert asked == []


def test_a_script_would_be_seen(open_tab: OpenTab) -> None:
    """By the policy's complaint, and by what it left behind."""
    tab, _ = open_tab(("ru", 1280, "light"))
    tab.goto("/")
    tab.evaluate(
        "document.querySelector('main').insertAdjacentHTML('beforeend', '<img src=x onerror=window.__ran=1>')"
    )
    assert len(tab.evaluate(_RAN)) == 1
    tab.wait_for_function("window.__violations.length > 0")
