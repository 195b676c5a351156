"""Every page in a real browser, in both languages, on a phone and a desk, light and dark."""

import pytest

from tests.browser.conftest import LOOKS, Look, OpenTab, keep_screen
from tests.browser.pages import PAGES, Page


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: "-".join(map(str, look)))
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_is_sound(open_tab: OpenTab, page: Page, look: Look, request: pytest.FixtureRequest) -> None:
    """No breach of the policy, no other host, no error, no sideways scroll; labels and contrast."""
    tab, watcher = open_tab(look, request.getfixturevalue("customer") if page.person else None)
    if page.status != 200:
        watcher.allowed.add(f"status of {page.status}")
    answer = tab.goto(page.path, wait_until="networkidle")
    assert answer is not None
    assert answer.status == page.status
    assert tab.locator("html").get_attribute("lang") == look[0]
    faults = watcher.look()
    keep_screen(tab, page.name, look)
    assert faults == []


def test_the_watcher_bites(open_tab: OpenTab) -> None:
    """On each thing that it is there for; one that finds nothing anywhere may be blind."""
    tab, watcher = open_tab(("en", 390, "light"))
    tab.goto("/")
    tab.evaluate(
        """() => {
          const add = (html) => document.querySelector("main").insertAdjacentHTML("beforeend", html);
          add('<p style="color: red">styled</p>');
          add('<img src="http://evil.invalid/a.png" alt="">');
          add('<div class="wide-load"><pre class="btn">' + "x".repeat(400) + "</pre></div>");
          add("<p>Hello {name}</p><h1>Another</h1><input>");
          console.error("broken");
          setTimeout(() => { throw new Error("thrown"); });
        }"""
    )
    tab.wait_for_function("window.__violations.length >= 2")
    told = "\n".join(watcher.look())
    for piece in (
        "policy: style-src",
        "policy: img-src",
        "console: broken",
        "thrown",
        "{name}",
        "2 first headings",
        "axe label",
    ):
        assert piece in told
