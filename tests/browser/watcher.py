"""What a page must not do, whatever it shows; gathered while a browser is on it."""

import re
from importlib.resources import files
from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Page, Request

AXE = files("axe_playwright_python").joinpath("axe.min.js")
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
# A name in braces (not one of an address as `/v1/models/{id}`), and what programs call nothing.
_HOLES = re.compile(r"(?<!/)\{[a-z_]+\}|\bundefined\b|\bNone\b")
_WORDS = """() => {
  const copy = document.body.cloneNode(true);
  copy.querySelectorAll("pre, code, textarea, script, noscript, .swagger-ui").forEach((one) => one.remove());
  return copy.textContent;
}"""
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

    def look(self, *, contrast: bool = True) -> list[str]:
        """All that is wrong with the page as it stands."""
        self.faults += [f"policy: {one}" for one in self._page.evaluate("window.__violations || []")]
        self._fits()
        self._speaks()
        self._is_accessible(contrast)
        found, self.faults = self.faults, []
        return found

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
            widest = self._page.evaluate(
                "room => [...document.querySelectorAll('body *')]"
                ".filter(one => one.getBoundingClientRect().right > room + 1)"
                ".slice(0, 3).map(one => one.outerHTML.slice(0, 120))",
                room,
            )
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

    def _is_accessible(self, contrast: bool) -> None:
        """By axe-core, run as a script of the tool, which the page's policy does not see.

        The inside of Swagger UI is its makers': what we could mend there, we could only mend by forking it.
        """
        self._page.evaluate(AXE.read_text("utf-8"))
        options = {"runOnly": _RULES, "rules": {"color-contrast": {"enabled": contrast}}}
        answer = self._page.evaluate("options => axe.run({exclude: ['.swagger-ui']}, options)", options)
        for violation in answer["violations"]:
            where = [node["html"][:160] for node in violation["nodes"][:3]]
            self.faults.append(f"axe {violation['id']}: {where}")
