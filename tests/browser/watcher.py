"""What a page must not do, whatever it shows; gathered while a browser is on it."""

import re
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Page, Request

from slovomat.web.pages.texts import speak
from tests.browser.market import FREE

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
_AXE_RUN = """([options, beginning]) => {
  const parts = [...document.querySelectorAll("header, form, main :is(h1, h2, h3, p, table, pre, summary)")];
  const where = beginning ? { include: parts.slice(0, 60) } : { exclude: [".swagger-ui"] };
  return axe.run(where, { ...options, resultTypes: ["violations"] });
}"""
_NAMES = [
    "aria-input-field-name",
    "button-name",
    "document-title",
    "image-alt",
    "label",
    "link-name",
    "select-name",
]
"""Rules of what is said of things, which differs between languages."""
# A name in braces (not one of an address as `/v1/models/{id}`), and what programs call nothing.
_HOLES = re.compile(r"(?<!/)\{[a-z_]+\}|\bundefined\b|\bNone\b(?!\.)")
_WORDS = """() => {
  const copy = document.body.cloneNode(true);
  copy.querySelectorAll("pre, code, textarea, script, noscript, .swagger-ui").forEach((one) => one.remove());
  return copy.textContent;
}"""
# What people wrote and programs print is not ours to judge, nor what is in another language on purpose.
_NODES = """() => {
  const aside = "pre, code, textarea, script, noscript, option, bdi, .swagger-ui, .answer, [lang]:not(html)";
  const texts = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const text = walk.currentNode.nodeValue.trim().replace(/\\s+/g, " ");
    if (text && !walk.currentNode.parentElement.closest(aside)) texts.push(text);
  }
  return texts;
}"""
_FOREIGN = re.compile(r"^[^А-Яа-яЁё@/:_\d]*\b[a-z]{2,} [a-z]{2,}\b[^А-Яа-яЁё@/:_]*$")
"""Some words in a row in Latin letters, and none in Russian ones, on a Russian page."""
_WIDEST = """room => [...document.querySelectorAll("body *")]
  .filter((one) => one.getBoundingClientRect().right > room + 1)
  .filter((one) => {
    for (let above = one.parentElement; above; above = above.parentElement)
      if (getComputedStyle(above).overflowX !== "visible" && above !== document.body) return false;
    return true;
  })
  .slice(0, 4).map((one) => one.outerHTML.slice(0, 160))"""
_WORD = re.compile(r"[a-zа-яё]+")
_CSP = """
window.__violations = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.__violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`));
"""


class Watcher:
    """Listens to one page from its first byte. `faults` is what was wrong so far, in words.

    `hosts`: those that it may ask; `allowed`: parts of what the console may complain of.
    """

    def __init__(self, page: Page, site: str) -> None:
        self._page = page
        self.hosts = {urlsplit(site).netloc}
        self.faults: list[str] = []
        self.allowed: set[str] = set()
        page.add_init_script(_CSP)
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.faults.append(f"page error: {error}"))
        page.on("request", self._request)

    def look(self) -> list[str]:
        """All that is wrong with the page as it stands."""
        self.glance()
        self.read()
        self.judge()
        return self.told()

    def told(self) -> list[str]:
        """What was wrong so far; told once."""
        found, self.faults = self.faults, []
        return found

    def glance(self) -> None:
        """What depends on the width: no sideways scroll."""
        self.faults += [f"policy: {one}" for one in self._page.evaluate("window.__violations.splice(0)")]
        self._fits()

    def read(self, language: str = "") -> None:
        """What depends on the language: a heading, no holes, no words of another language."""
        self._speaks()
        if language:
            self._is_in(language)

    def judge(self, *, names_alone: bool = False, beginning: bool = False) -> None:
        """Labels and contrast, as axe-core judges them. `beginning`: not of what is more of the same."""
        if names_alone:
            self._axe({"runOnly": {"type": "rule", "values": _NAMES}}, beginning)
        else:
            self._axe({"runOnly": {"type": "tag", "values": _RULES}}, beginning)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not any(one in message.text for one in self.allowed):
            self.faults.append(f"console: {message.text}")

    def _request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in {"data", "blob"} and parts.netloc not in self.hosts:
            self.faults.append(f"another host: {request.url}")

    def _fits(self) -> None:
        """No sideways scroll of the page as a whole."""
        wide, room = self._page.evaluate(
            "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
        )
        if wide > room:
            widest = self._page.evaluate(_WIDEST, room)
            self.faults.append(f"{wide} px wide in {room}: {widest}")

    def _speaks(self) -> None:
        """One first heading, a title, and no name where a text should be."""
        headings = self._page.locator("h1:not(.swagger-ui *)").count()
        if headings != 1:
            self.faults.append(f"{headings} first headings")
        if not self._page.title().strip(" ·"):
            self.faults.append("no title")
        # What people typed and programs print is not ours to judge.
        words = self._page.evaluate(_WORDS)
        self.faults += [f"a hole in a text: {found}" for found in _HOLES.findall(words)]

    def _is_in(self, language: str) -> None:
        """Nothing that the catalogue has for readers of the other language stands here for these."""
        here: set[str] = set(self._page.evaluate(_NODES))
        self.faults += [f"not {language}: {one}" for one in sorted(here & _others(language))]
        if language == "ru":
            self.faults += [f"not ru: {one}" for one in sorted(here) if _FOREIGN.search(one)]

    def _axe(self, options: dict[str, Any], beginning: bool) -> None:
        """By axe-core, run as a script of the tool, which the page's policy does not see.

        The inside of Swagger UI is its makers': what we could mend there, we could only mend by forking it.
        """
        if not self._page.evaluate("'axe' in window"):
            self._page.evaluate(AXE)
        answer = self._page.evaluate(_AXE_RUN, [options, beginning])
        for violation in answer["violations"]:
            where = [node["html"][:160] for node in violation["nodes"][:3]]
            self.faults.append(f"axe {violation['id']}: {where}")


@cache
def _others(language: str) -> frozenset[str]:
    """Texts of the catalogue that only readers of the other language should see.

    Single words without a capital are also names: of modes, of columns in a file.
    """
    mine, theirs = (speak(one) for one in (language, "en" if language == "ru" else "ru"))
    spoken = {*mine.values(), FREE}
    return frozenset(text for text in theirs.values() if text not in spoken and not _WORD.fullmatch(text))
