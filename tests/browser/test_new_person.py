"""A new person, from the sign-up to the first text and out again, in a real browser."""

import csv
import io
import json
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import expect
from pyotp import TOTP

from tests.browser.conftest import LOOKS, Look, OpenTab
from tests.browser.market import PASSWORD, Market
from tests.browser.person import Person


@pytest.fixture(params=LOOKS, ids=lambda look: "-".join(map(str, look)))
def person(request: pytest.FixtureRequest, open_tab: OpenTab, market: Market) -> Person:
    """Somebody who was never here, with a browser of their own."""
    look: Look = request.param
    email = f"new-{'-'.join(map(str, look))}@example.org"
    return Person(*open_tab(look), market, look[0], email)


def test_from_the_sign_up_to_the_first_text(person: Person) -> None:
    """E-mail, letter, key, the printed curl, its generation with its price, and the file."""
    person.signs_up()
    tab, t = person.tab, person.t
    expect(tab.locator("#guide")).to_be_visible()
    person.is_given(500)
    curl = person.makes_a_key("сайт")
    answer = json.loads(
        subprocess.run(["bash", "-c", curl], capture_output=True, check=True, timeout=30).stdout
    )
    assert t["sample_prompt"] in answer["choices"][0]["message"]["content"]
    tab.goto("/account")
    expect(tab.locator("#guide")).to_have_count(0)
    tab.goto("/history")
    row = tab.get_by_role("row").filter(has_text="openai")
    expect(row).to_contain_text(t["history_state_settled"])
    row.get_by_role("link").click()
    expect(tab.get_by_role("definition").filter(has_text=t["history_state_settled"])).to_be_visible()
    expect(tab.get_by_role("definition").filter(has_text="сайт")).to_be_visible()
    tab.goto("/history")
    with tab.expect_download() as coming:
        tab.get_by_role("link", name=t["history_file"]).click()
    kept = Path(coming.value.path()).read_bytes()
    assert kept.startswith(b"\xef\xbb\xbf")
    lines = list(csv.reader(io.StringIO(kept.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert [len(line) for line in lines] == [14, 14]
    assert lines[1][5] == t["history_state_settled"]
    assert person.faults() == []


def test_a_text_in_the_playground(person: Person) -> None:
    """It is shown while it comes, and may be stopped; the same call is shown as code; the history has it."""
    person.has_signed_up(requests=100)
    tab, t = person.tab, person.t
    tab.goto("/playground")
    words, answer = tab.get_by_label(t["play_text"], exact=True), tab.locator("[data-answer]")
    run = tab.get_by_role("button", name=t["play_run"].partition("{")[0].strip())
    words.fill("[[fault:endless gap=0.05]]")
    run.click()
    expect(answer).to_contain_text("слово слово")
    expect(run).to_be_disabled()
    person.presses("play_stop")
    expect(run).to_be_enabled()
    words.fill("[[say:Первая часть, и вторая часть.]]")
    run.click()
    expect(answer).to_have_text("Первая часть, и вторая часть.")
    link = tab.locator("[data-told] a")
    expect(link).to_be_visible()
    person.presses("play_as_code")
    expect(tab.locator("#as-code pre").first).to_contain_text("curl")
    link.click()
    expect(tab.get_by_text("Первая часть, и вторая часть.", exact=True)).to_be_visible()
    assert person.faults() == []


def test_a_second_factor_and_signing_out_everywhere(person: Person, open_tab: OpenTab) -> None:
    """The page's secret makes the code; another browser needs it too, and is sent away by one button."""
    person.has_signed_up()
    tab, t = person.tab, person.t
    tab.goto("/security/second-factor")
    expect(tab.locator("img.qr")).to_be_visible()
    code = TOTP(tab.locator("code.pick").inner_text()).now()
    tab.get_by_label(t["security_present"]).fill(PASSWORD)
    tab.get_by_label(t["sign_in_code"]).fill(code)
    tab.get_by_role("button", name=t["security_second_turn_on"]).click()
    recovery = tab.locator("pre.pick").inner_text().split()
    other = Person(*open_tab((person.language, 390, "light")), person.market, person.language, person.email)
    other.signs_in()
    other.tab.get_by_label(t["sign_in_code"]).fill(recovery[0])
    other.presses("sign_in_go")
    other.is_at("/account")
    tab.goto("/security")
    person.presses("security_end_others")
    expect(tab.get_by_role("status").first).to_contain_text(t["said_sessions_ended"])
    other.tab.goto("/keys")
    other.is_at("/sign-in")
    assert person.faults() + other.faults() == []


def test_another_language_and_another_theme(person: Person) -> None:
    """The switches at the top hold on every page that follows."""
    person.has_signed_up()
    tab = person.tab
    tab.goto("/account")
    wide = tab.viewport_size is not None and tab.viewport_size["width"] > 900
    if not wide:
        tab.locator("details.phone summary").click()
    switches = tab.locator("header .bar-end > *" if wide else "details.phone .menu-last > *")
    switches.and_(tab.locator(".themes")).get_by_role("button", name=person.t["theme_dark"]).click()
    expect(tab.locator("html")).to_have_attribute("data-bs-theme", "dark")
    if not wide:
        tab.locator("details.phone summary").click()
    switches.and_(tab.locator(".switch-language")).click()
    other = "en" if person.language == "ru" else "ru"
    expect(tab.locator("html")).to_have_attribute("lang", other)
    tab.goto("/keys")
    expect(tab.locator("html")).to_have_attribute("lang", other)
    expect(tab.locator("html")).to_have_attribute("data-bs-theme", "dark")
    assert person.faults() == []


def test_taking_ones_data_along_and_leaving(person: Person) -> None:
    """All of it in a file; then nobody can sign in."""
    person.has_signed_up(requests=10)
    tab, t = person.tab, person.t
    tab.goto("/personal-data")
    tab.locator("#export").get_by_label(t["security_present"]).fill(PASSWORD)
    with tab.expect_download() as coming:
        person.presses("security_export_go")
    told = json.loads(Path(coming.value.path()).read_text("utf-8"))
    assert told["account"]["email"] == person.email
    tab.locator("#delete").get_by_label(t["security_present"]).fill(PASSWORD)
    person.presses("security_delete_go")
    expect(tab.get_by_text(t["said_deleted"])).to_be_visible()
    person.signs_in()
    expect(tab.get_by_role("alert")).to_contain_text(t["sign_in_fault_wrong"])
    assert person.faults(but="status of 422") == []
