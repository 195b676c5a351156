"""Buying: through each provider on its own page, by a code, by a bank invoice; and the papers of it."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import LOOKS, Look, OpenTab
from tests.browser.market import PROVIDERS, Market
from tests.browser.person import Person

PACK = "500"
SOMEWHERE = LOOKS[0]


def somebody(open_tab: OpenTab, market: Market, look: Look) -> Person:
    """Who has signed up, and bought nothing so far."""
    person = Person(*open_tab(look), market, look[0], "")
    person.has_signed_up()
    return person


def paid_requests(person: Person) -> int:
    """What the account's page says of them."""
    person.tab.goto("/account")
    tile = person.tab.locator(".stat").filter(has_text=person.t["account_paid_hint"])
    return int("".join(filter(str.isdigit, tile.locator(".stat-value").inner_text())))


@pytest.mark.parametrize(("provider", "look"), list(zip(PROVIDERS, [*LOOKS, LOOKS[0]], strict=True)))
def test_a_pack_through_a_provider(open_tab: OpenTab, market: Market, provider: str, look: Look) -> None:
    """Ordered, paid on the provider's page, credited once; the letter and the list say so."""
    person = somebody(open_tab, market, look)
    assert paid_requests(person) == 0
    person.buys(PACK)
    person.pays(provider)
    expect(person.tab.get_by_role("status").first).to_contain_text(person.t["order_paid"])
    assert paid_requests(person) == int(PACK)
    person.tab.goto("/topup")
    expect(person.tab.locator("#orders tbody tr")).to_have_count(1)
    expect(person.tab.locator("#orders tbody tr")).to_contain_text(person.t["topup_state_paid"])
    assert PACK in market.letter(person.email, "receipt").replace("\N{NO-BREAK SPACE}", "").replace(" ", "")
    assert person.faults() == []


def test_a_plan_from_the_price_list(open_tab: OpenTab, market: Market) -> None:
    """A stranger presses the button, signs in, finds the offer again, pays, and has the plan."""
    person = somebody(open_tab, market, ("ru", 1280, "dark"))
    tab, t = person.tab, person.t
    tab.context.clear_cookies()
    tab.goto("/price")
    person.presses_for("price_subscribe", "Престиж")
    person.is_at("/sign-in")
    person.fills_in()
    person.presses("sign_in_go")
    person.is_at("/buy")
    person.presses("buy_go")
    person.pays("yookassa")
    expect(tab.get_by_role("status").first).to_contain_text(t["order_paid"])
    tab.goto("/subscription")
    expect(tab.locator("#plan")).to_contain_text("Престиж")
    expect(tab.get_by_text(t["subscription_open"], exact=True)).to_be_visible()
    assert person.faults() == []


def test_a_buyer_who_turns_back(open_tab: OpenTab, market: Market) -> None:
    """The order is over, nothing is credited, and the way to another stands there."""
    person = somebody(open_tab, market, SOMEWHERE)
    order = person.buys(PACK)
    person.goes_to_pay("tkassa")
    person.tab.get_by_role("button", name="Отменить").click()
    person.tab.goto(order)
    expect(person.tab.get_by_text(person.t["order_cancelled_lead"])).to_be_visible()
    person.tab.get_by_role("link", name=person.t["order_new_one"]).click()
    person.is_at("/price")
    assert paid_requests(person) == 0
    assert person.faults() == []


def test_an_invoice_and_its_act(open_tab: OpenTab, market: Market) -> None:
    """A company names itself, prints the invoice, and once the money has come the closing document."""
    person = somebody(open_tab, market, SOMEWHERE)
    tab, t = person.tab, person.t
    order = person.buys(PACK)
    tab.locator('form:has(input[value="invoice"]) button').click()
    tab.get_by_label(t["requisites_name"]).fill("ООО «Чайная лавка»")
    tab.get_by_label(t["requisites_inn"]).fill("7707083893")
    tab.get_by_label(t["requisites_kpp"]).fill("770701001")
    tab.get_by_label(t["requisites_address"]).fill("Москва, Чистопрудный бульвар, д. 2")
    person.presses("requisites_go_invoice")
    expect(tab.locator(".paper")).to_contain_text("ООО «Чайная лавка»")
    assert tab.pdf().startswith(b"%PDF")
    payment = market.service.command("payments", "list", "--provider", "invoice")["payments"][0]
    market.service.command("payments", "confirm", str(payment["id"]), "--reason", "банк, выписка")
    tab.goto(order)
    tab.get_by_role("link", name=t["order_act"]).click()
    expect(tab.locator(".paper")).to_contain_text("Триста девяносто девять рублей")
    assert paid_requests(person) == int(PACK)
    assert person.faults() == []


def test_a_code(open_tab: OpenTab, market: Market) -> None:
    """Credits once; a second time says so, and a wrong one is told apart."""
    person = somebody(open_tab, market, SOMEWHERE)
    made = market.service.command("codes", "make", "1", "--requests", "70")
    code = str(made["codes"][0])
    tab = person.tab
    for _ in range(2):
        tab.goto("/topup")
        tab.get_by_label(person.t["topup_code"]).fill(code)
        person.presses("topup_redeem")
        expect(tab.get_by_role("status").first).to_be_visible()
    assert paid_requests(person) == 70
    tab.goto("/topup")
    tab.get_by_label(person.t["topup_code"]).fill("XXXXX-XXXXX-XXXXX-XXXXX")
    person.presses("topup_redeem")
    expect(tab.locator(".invalid-feedback")).to_be_visible()
    assert person.faults(but="status of 400") == []
