"""The demo, as `serve --demo` starts it: a business with a month of history, and people to be."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

import requests

from slovomat.demo.people import CUSTOMER, OPERATOR, PASSWORD
from tests.browser.letters import link_in
from tests.browser.pages import Reader
from tests.wire.deadline import until

_START_S, _ANSWER_S = 240, 20
_WHO: dict[Reader, tuple[str, str]] = {
    "customer": ("/sign-in", CUSTOMER),
    "operator": ("/admin/login", OPERATOR),
}
_AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:146.0) Gecko/20100101 Firefox/146.0"
_HERE = {"Sec-Fetch-Site": "same-origin"}
_COMPANY = {
    "name": "ООО «Чайная лавка»",
    "inn": "7707083893",
    "kpp": "770701001",
    "address": "101000, Москва, Чистопрудный бульвар, д. 2",
}
_NEW, _OTHER = "vera.novikova@example.org", "anna.lavka@example.org"


class Scene:
    """What the demo's pages are about. `cookies`: of each who has signed in."""

    def __init__(self, url: str, letters: Path) -> None:
        self.url = url
        self._letters = letters
        self._people = {who: self._sign_in(*how) for who, how in _WHO.items()}

    def cookies(self, reader: Reader) -> dict[str, str]:
        """What their browser carries."""
        return dict(self._people[reader].cookies) if reader in self._people else {}

    def address(self, path: str) -> str:
        """The path with something real in it."""
        return re.sub(r"\{(\w+)\}", lambda found: self._facts[found[1]], path)

    @cached_property
    def _facts(self) -> dict[str, str]:
        """Numbers and tokens, found where people find them."""
        person = self._first("operator", f"/admin/people?q={CUSTOMER}", r"/admin/people/(\d+)")
        offer = self._first("customer", "/topup", r'name="offer" value="(pack:\d+)"')
        unpaid, invoiced = self._order(offer), self._order(offer)
        paid = self._first("customer", "/topup", r'(?s)/orders/(\d+)"(?:(?!/orders/).)*tone-good')
        for order in (invoiced, paid):
            self._post("customer", f"/orders/{order}/requisites", **_COMPANY)
        return {
            "verify": self._letter("/sign-up", "verify", _NEW),
            "email": self._letter("/security/email", "email_change", _OTHER),
            "reset": self._letter("/reset", "reset", CUSTOMER),
            "generation": self._first("customer", "/history?state=settled", r"/history/(\d+)"),
            "offer": offer,
            "unpaid": unpaid,
            "invoiced": invoiced,
            "paid": paid,
            "person": person,
            "payment": self._first("operator", "/admin/payments?state=paid", r"/admin/payments/(\d+)"),
            "batch": self._first("operator", "/admin/codes", r"/admin/codes/(\d+)"),
            "job": self._first("operator", "/admin/jobs", r"/admin/jobs/(\d+)"),
            "revision": self._first("operator", "/admin/modes/post/versions", r"/versions/(\d+)"),
        }

    def _sign_in(self, path: str, email: str) -> requests.Session:
        browser = requests.Session()
        browser.headers["User-Agent"] = _AGENT
        form = {"email": email, "password": PASSWORD}
        answer = browser.post(self.url + path, form, headers=_HERE, allow_redirects=False)
        assert answer.status_code == 303, answer.text
        return browser

    def _first(self, reader: Reader, path: str, form: str) -> str:
        page = self._people[reader].get(self.url + path).text
        found = re.search(form, page)
        assert found is not None, f"{path} has no {form}"
        return found[1]

    def _order(self, offer: str) -> str:
        return self._post("customer", "/buy", offer=offer).url.rpartition("/")[2]

    def _post(self, reader: Reader, path: str, **form: str) -> requests.Response:
        answer = self._people[reader].post(self.url + path, form, headers=_HERE)
        answer.raise_for_status()
        return answer

    def _letter(self, path: str, kind: str, email: str) -> str:
        form = {"email": email, "password": PASSWORD, "present": PASSWORD}
        if path.startswith("/security"):
            self._post("customer", path, **form)
        else:
            requests.post(self.url + path, form, headers=_HERE, timeout=_ANSWER_S).raise_for_status()
        link = until(lambda: link_in(self._letters, kind, email), 15, f"the letter {kind}")
        return link.rpartition("/")[2]


@contextmanager
def open_scene(folder: Path) -> Iterator[Scene]:
    """The demo, from its first start to its stop."""
    log = folder / "demo.log"
    data = folder / "demo"
    env = {name: value for name, value in os.environ.items() if not name.startswith("SLOVOMAT_")}
    words = [sys.executable, "-m", "slovomat", "serve", "--demo", "--data", str(data), "--port", "0"]
    with (
        log.open("wb") as kept,
        subprocess.Popen(words, env=env, cwd=folder, stdout=kept, stderr=kept) as demo,
    ):

        def url() -> str | None:
            assert demo.poll() is None, log.read_text("utf-8")
            found = re.search(r"listens on (http://\S+)", log.read_text("utf-8"))
            return found and found[1]

        try:
            yield Scene(until(url, _START_S, "the demo"), data / "letters")
        finally:
            demo.terminate()
            demo.wait(60)
