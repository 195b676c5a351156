"""Somebody at a browser: what people do on the pages, by the words that stand there."""

import re
from urllib.parse import urlsplit

from playwright.sync_api import Page as Tab
from playwright.sync_api import expect

from slovomat.ports.people import Desk
from slovomat.web.pages.texts import speak
from tests.browser.market import PASSWORD, Market
from tests.browser.watcher import Watcher

PAYS = {"ru": "Оплатить", "en": "Pay"}
"""The button of the fake's page."""
_COOKIES: dict[Desk, str] = {"cabinet": "slovomat_session", "admin": "slovomat_desk"}


class Person:
    """One of them, in one language. `t`: the texts as they read them."""

    def __init__(self, tab: Tab, watcher: Watcher, market: Market, language: str, email: str) -> None:
        self.tab = tab
        self.market = market
        self.language = language
        self.email = email
        self.t = speak(language)
        self._watcher = watcher

    def presses(self, text: str) -> None:
        """The one button of that text."""
        self.tab.get_by_role("button", name=self.t[text], exact=True).click()

    def is_at(self, path: str) -> None:
        """The page that stands there."""
        expect(self.tab).to_have_url(re.compile(rf"{re.escape(self.market.url + path)}(\?.*)?"))

    def signs_up(self) -> None:
        """By e-mail, password, and the link in the letter."""
        self.tab.goto("/sign-up")
        self.fills_in()
        self.presses("sign_up_go")
        expect(self.tab.get_by_role("heading", level=1)).to_have_text(self.t["sign_in_letter_title"])
        self.tab.goto(self.market.link(self.email, "verify"))
        self.presses("sign_up_verify_go")
        self.is_at("/account")

    def has_signed_up(self, requests: int = 0) -> None:
        """Long ago, and is signed in."""
        self.email = self.market.someone(self.language, requests)
        self.carries("cabinet")

    def carries(self, desk: Desk) -> None:
        """The cookie of a sign-in."""
        token = self.market.token(self.email, desk)
        self.tab.context.add_cookies([{"name": _COOKIES[desk], "value": token, "url": self.market.url}])

    def signs_in(self) -> None:
        """By e-mail and password."""
        self.tab.goto("/sign-in")
        self.fills_in()
        self.presses("sign_in_go")

    def buys(self, offer: str) -> str:
        """Orders something from the price list; the address of the order."""
        self.tab.goto("/price")
        self.presses_for("price_buy", offer)
        expect(self.tab).to_have_url(re.compile(r".*/orders/\d+"))
        return self.tab.url

    def pays(self, provider: str) -> None:
        """On the provider's own page."""
        self.goes_to_pay(provider)
        self.tab.get_by_role("button", name=PAYS[self.language]).click()
        expect(self.tab).to_have_url(re.compile(r".*/orders/\d+.*"))

    def goes_to_pay(self, provider: str) -> None:
        """To the provider's own page, from the order's."""
        fake = self.market.fake
        self._watcher.hosts.add(urlsplit(fake.address).netloc)
        self.tab.locator(f'form:has(input[value="{provider}"]) button').click()
        self.tab.locator("#pay a").click()
        expect(self.tab).to_have_url(re.compile(rf"{re.escape(fake.address)}/checkout/{provider}/.*"))

    def presses_for(self, text: str, what: str) -> None:
        """The button of that text which is meant for one thing of several."""
        self.tab.get_by_role("button", name=f"{self.t[text]}: {what}", exact=True).click()

    def is_given(self, requests: int) -> None:
        """By the operator, from the command line."""
        self.market.service.command("credit", self.email, str(requests), "--reason", "test")

    def makes_a_key(self, name: str) -> str:
        """The printed curl."""
        self.tab.goto("/keys")
        self.tab.get_by_label(self.t["keys_name"], exact=True).fill(name)
        self.presses("keys_create")
        return self.tab.locator("#made pre").inner_text()

    def complains(self, fault: str) -> None:
        """Of something that the browser does not write down."""
        self._watcher.faults.append(fault)

    def faults(self, but: str = "") -> list[str]:
        """What the browser complained of on the way."""
        return [one for one in self._watcher.faults if not but or but not in one]

    def fills_in(self) -> None:
        """The form of a sign-in or a sign-up."""
        self.tab.get_by_label(self.t["sign_in_email"]).fill(self.email)
        self.tab.get_by_label(self.t["sign_in_password"]).fill(PASSWORD)
