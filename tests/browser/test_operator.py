"""The operator's days in a real browser: the printed link, money, prices, modes, codes, people."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from slovomat.domain.role import Role
from tests.browser.conftest import LOOKS, Look, OpenTab
from tests.browser.market import PASSWORD, Market
from tests.browser.person import Person

REASON = "По просьбе клиента"


@pytest.fixture(params=LOOKS[::3], ids=lambda look: "-".join(map(str, look)))
def operator(request: pytest.FixtureRequest, open_tab: OpenTab, market: Market) -> Person:
    """An owner at their desk."""
    look: Look = request.param
    email = market.someone(look[0], role=Role.OWNER)
    found = Person(*open_tab(look), market, look[0], email)
    found.carries("admin")
    return found


@pytest.fixture
def customer(open_tab: OpenTab, market: Market) -> Person:
    """Somebody who has signed up."""
    found = Person(*open_tab(("ru", 390, "dark")), market, "ru", "")
    found.has_signed_up()
    return found


def opened(operator: Person, text: str, within: str = "main") -> Locator:
    """The form behind a button of that text."""
    sheet = operator.tab.locator(f"{within} details").filter(
        has=operator.tab.locator("summary", has_text=re.compile(rf"^{re.escape(operator.t[text])}$"))
    )
    sheet.locator("summary").first.click()
    return sheet.first


def is_done(operator: Person, text: str = "said_admin_done") -> None:
    """What the page says after a deed."""
    expect(operator.tab.get_by_role("status").first).to_contain_text(operator.t[text])


def test_the_printed_link(open_tab: OpenTab, market: Market) -> None:
    """Signs in once, offers a password, and is of no use after."""
    found = re.search(r"https?://\S+/admin/login\S+", market.service.greeting)
    assert found is not None
    operator = Person(*open_tab(("ru", 1280, "light")), market, "ru", "operator@localhost")
    operator.tab.goto(found[0])
    operator.presses("sign_in_go")
    operator.is_at("/admin/password")
    operator.tab.get_by_label(operator.t["sign_in_new_password"]).fill(PASSWORD)
    operator.presses("security_save")
    operator.is_at("/admin")
    other = Person(*open_tab(("ru", 390, "light")), market, "ru", "operator@localhost")
    other.tab.goto(found[0])
    other.presses("sign_in_go")
    expect(other.tab.get_by_role("heading", level=1)).to_have_text(other.t["sign_in_over_title"])
    assert operator.faults() + other.faults(but="status of 410") == []


def test_a_credit_with_its_reason(operator: Person, customer: Person) -> None:
    """Found by e-mail, credited once; the customer has it, and the journal says who and why."""
    tab, t = operator.tab, operator.t
    tab.goto("/admin/people")
    tab.get_by_label(t["admin_search"]).fill(customer.email)
    operator.presses("admin_find")
    tab.get_by_role("link", name=customer.email).click()
    form = opened(operator, "admin_credit")
    form.get_by_label(t["admin_credit_requests"]).fill("25")
    form.get_by_label(t["admin_reason"]).fill(REASON)
    form.get_by_role("button", name=t["admin_credit"]).click()
    is_done(operator)
    customer.tab.goto("/account")
    expect(customer.tab.locator("#packs")).to_contain_text("25")
    tab.goto("/admin/journal")
    row = tab.get_by_role("row").filter(has_text=f"№ {operator.market.account(customer.email)}")
    expect(row).to_contain_text(REASON)
    expect(row).to_contain_text(operator.email)
    assert operator.faults() + customer.faults() == []


def test_a_refund(operator: Person, customer: Person) -> None:
    """The provider gives the money back, the requests go with it, and the order says so."""
    order = customer.buys("500")
    customer.pays("yookassa")
    tab, t = operator.tab, operator.t
    tab.goto(f"/admin/people/{operator.market.account(customer.email)}")
    tab.locator("#payments").get_by_role("link").first.click()
    form = opened(operator, "admin_refund")
    form.get_by_label(t["admin_reason"]).fill(REASON)
    form.get_by_role("button", name=t["admin_refund"]).click()
    is_done(operator, "said_admin_refund_done")
    payment = operator.market.fake.payments[0]
    assert payment.refunded_kopecks == payment.amount_kopecks
    customer.tab.goto(order)
    expect(customer.tab.get_by_text(customer.t["order_refunded"])).to_be_visible()
    assert operator.faults() + customer.faults() == []


def test_a_plan_gets_another_price(operator: Person, customer: Person) -> None:
    """The price list has it at once, in the language of whoever reads it."""
    tab, t = operator.tab, operator.t
    name = f"План {operator.language}"
    tab.goto("/admin/prices")
    form = opened(operator, "admin_plan_new", "#plans")
    form.get_by_label(t["admin_name"]).fill(name)
    form.get_by_label(t["admin_price"]).fill("250")
    form.get_by_label(t["admin_daily"]).fill("40")
    form.get_by_label(t["admin_reason"]).fill(REASON)
    form.get_by_role("button", name=t["admin_save"]).click()
    is_done(operator)
    card = tab.locator(".offer").filter(has_text=name)
    card.locator("summary").click()
    card.get_by_label(t["admin_price"]).fill("275")
    card.get_by_label(t["admin_reason"]).fill(REASON)
    card.get_by_role("button", name=t["admin_save"]).click()
    is_done(operator)
    customer.tab.goto("/price")
    expect(customer.tab.locator("#plans article").filter(has_text=name)).to_contain_text("275")
    assert operator.faults() + customer.faults() == []


def test_a_mode_is_edited_and_rolled_back(operator: Person) -> None:
    """Checked, previewed, compared, put in force; a generation has it; then the former text is back."""
    tab, t, market = operator.tab, operator.t, operator.market
    mark = f"Подпись {operator.language}."
    tab.goto("/admin/modes/shorter")
    text = tab.get_by_label(t["modes_text"])
    head, end, tail = text.input_value().rpartition("{% endblock %}")
    text.fill(f"{head}\n{mark}\n{end}{tail}")
    operator.presses("modes_check")
    expect(tab.locator("#told")).to_contain_text(t["modes_sound"])
    operator.presses("modes_preview_do")
    expect(tab.locator("#told pre").last).to_contain_text(mark)
    operator.presses("modes_compare")
    expect(tab.locator("#told")).to_contain_text(mark)
    tab.get_by_label(t["admin_reason"]).fill(REASON)
    operator.presses("modes_activate")
    is_done(operator, "said_mode_activated")
    tab.goto("/admin/modes/shorter/versions")
    form = opened(operator, "modes_back")
    form.get_by_label(t["admin_reason"]).fill(REASON)
    form.get_by_role("button", name=t["modes_back"]).click()
    is_done(operator, "said_mode_rolled_back")
    tab.goto("/admin/modes/shorter")
    assert mark not in text.input_value()
    assert market.violations() == ()
    assert operator.faults() == []


def test_codes_are_made_and_redeemed(operator: Person, customer: Person) -> None:
    """As a file; a customer redeems the first, and the batch says so."""
    tab, t = operator.tab, operator.t
    tab.goto("/admin/codes")
    tab.get_by_label(t["admin_codes_count"]).fill("3")
    tab.get_by_label(t["admin_codes_requests"]).fill("60")
    tab.get_by_label(t["admin_reason"]).fill(REASON)
    with tab.expect_download() as coming:
        operator.presses("admin_codes_csv")
    codes = Path(coming.value.path()).read_text("utf-8-sig").split()
    customer.tab.goto("/topup")
    customer.tab.get_by_label(customer.t["topup_code"]).fill(codes[-1])
    customer.presses("topup_redeem")
    expect(customer.tab.get_by_role("status").first).to_contain_text(customer.t["said_code_taken"])
    tab.goto("/admin/codes")
    redeemed = tab.locator(f'td[data-label="{t["admin_redeemed"]}"]').first
    expect(redeemed).to_contain_text(t["account_left_of"].format(left=1, all=3))
    assert operator.faults() + customer.faults() == []


def test_a_block(operator: Person, customer: Person) -> None:
    """Whoever is blocked is out at once, and is told so at the door; and may be let in again."""
    page = f"/admin/people/{operator.market.account(customer.email)}"
    blocks(operator, page, "admin_block")
    customer.tab.goto("/keys")
    customer.is_at("/sign-in")
    customer.signs_in()
    expect(customer.tab.get_by_role("alert")).to_contain_text(customer.t["sign_in_fault_blocked"])
    blocks(operator, page, "admin_unblock")
    customer.tab.goto("/account")
    customer.is_at("/account")
    assert operator.faults() + customer.faults(but="status of 422") == []


def blocks(operator: Person, page: str, deed: str) -> None:
    """Or lets in again."""
    operator.tab.goto(page)
    form = opened(operator, deed)
    form.get_by_label(operator.t["admin_reason"]).fill(REASON)
    form.get_by_role("button", name=operator.t[deed]).click()
    is_done(operator)
