"""The playground over HTTP: a generation of somebody who is signed in, streamed, charged once, kept."""

import json
import re
from collections.abc import Iterator

import pytest
import requests

from slovomat.testing.fakepay import FakePay
from tests.wire.chaos_upstream import ChaosUpstream
from tests.wire.checkout_stand import Buyer, Shop, shop_at
from tests.wire.deadline import until

FREE_A_DAY = 10
PRICE = 2


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, chaos: ChaosUpstream) -> Iterator[Shop]:
    """A service whose upstream does as the text says."""
    with (
        FakePay(notify_url="http://127.0.0.1:1/{provider}") as fake,
        shop_at(
            tmp_path_factory.mktemp("play"), fake, upstream=chaos.url, upstream_retry_wait_max_s=0.1
        ) as up,
    ):
        yield up


def events(answer: requests.Response) -> list[tuple[str, dict[str, object]]]:
    """The server-sent events of an answer."""
    found = re.findall(r"^event: (\w+)\ndata: (.*)$", answer.content.decode(), re.MULTILINE)
    return [(name, json.loads(data)) for name, data in found]


def run(person: Buyer, text: str, mode: str = "chat", **fields: str) -> requests.Response:
    """Presses the button."""
    return person.post("/playground/run", mode=mode, text=text, **fields)


def left(person: Buyer) -> int:
    """What the page says is left."""
    found = re.search(r"Осталось запросов: (\d+)", person.get("/playground").text)
    assert found is not None
    return int(found[1])


def test_a_text_comes_in_pieces_and_is_charged_once(shop: Shop) -> None:
    """The plan's daily requests pay, the events carry the whole text, and the history keeps both texts."""
    person = shop.buyer()
    streamed = run(person, "Расскажи о море")
    assert streamed.headers["x-content-type-options"] == "nosniff"
    told = events(streamed)
    text = "".join(str(facts["text"]) for name, facts in told if name == "text")
    assert text
    (_, last) = told[-1]
    assert (told[-1][0], last["charged"], last["balance"]) == ("done", PRICE, FREE_A_DAY - PRICE)
    assert left(person) == FREE_A_DAY - PRICE
    page = person.get(f"/history/{last['id']}").text
    assert "Расскажи о море" in page
    assert text.split()[0] in page
    assert "запросы дня" in page


def test_every_mode_has_its_parameters(shop: Shop) -> None:
    """The form of each mode is made of its own schema, and a value outside it costs nothing."""
    person = shop.buyer()
    for mode in ("chat", "essay", "article", "code", "poems"):
        assert f'name="mode" value="{mode}"' in person.get(f"/playground?mode={mode}").text
    page = person.get("/playground?mode=article").text
    named = re.search(r'name="(p_\w+)" type="number"', page)
    assert named is not None
    refused = run(person, "О море", "article", **{named[1]: "999999"})
    assert refused.status_code == 400
    assert refused.json()["message"]
    assert left(person) == FREE_A_DAY


@pytest.mark.parametrize("text", ["", "   ", "\u200b"])
def test_nothing_is_not_generated(shop: Shop, text: str) -> None:
    """A text that shows nothing is refused, free."""
    person = shop.buyer()
    assert run(person, text).status_code == 400
    assert left(person) == FREE_A_DAY


def test_a_failure_gives_the_price_back(shop: Shop) -> None:
    """An upstream that fails ends the stream with `failed`, and costs nothing."""
    person = shop.buyer()
    for fault in ("[[fault:401]]", "[[fault:500]]"):
        told = events(run(person, f"Море {fault}"))
        assert told[-1][0] == "failed", told
        assert told[-1][1]["balance"] == FREE_A_DAY
    assert left(person) == FREE_A_DAY


def test_who_has_nothing_left_is_told(shop: Shop) -> None:
    """After the last request the refusal names the way to more."""
    person = shop.buyer()
    for _ in range(FREE_A_DAY // PRICE):
        assert events(run(person, "Море"))[-1][0] == "done"
    refused = run(person, "Море")
    assert refused.status_code == 403
    assert "/price" in refused.json()["message"]


def test_a_stranger_generates_nothing(shop: Shop) -> None:
    """Without a session the page leads to the sign-in, and the button too."""
    asked = requests.post(
        f"{shop.url}/playground/run", data={"mode": "chat", "text": "x"}, timeout=20, allow_redirects=False
    )
    assert (asked.status_code, asked.headers["location"]) == (303, "/sign-in")


def test_the_same_call_as_code(shop: Shop) -> None:
    """Each language's program holds the text, quoted so that it cannot break out."""
    person = shop.buyer()
    page = person.post("/playground/code", mode="essay", text='it\'s "quoted" $x `y` \\ <b>').text
    assert page.count("mode-essay") == 4
    assert "&lt;b&gt;" in page
    assert "<b>" not in page


def test_the_sites_key_is_no_key(shop: Shop) -> None:
    """What the site's generations name as their key is in no list, and nobody can call with it."""
    person = shop.buyer()
    run(person, "Море")
    assert "Ключей пока нет" in person.get("/keys").text


def test_who_leaves_holds_nothing(shop: Shop) -> None:
    """A reader who is gone after the first piece is charged for it, and no hold stays open."""
    person = shop.buyer()
    with requests.post(
        f"{shop.url}/playground/run",
        data={"mode": "chat", "text": "Море [[fault:endless gap=0.05]]"},
        headers={"Sec-Fetch-Site": "same-origin"},
        cookies=person.cookies,
        stream=True,
        timeout=20,
    ) as answer:
        next(answer.iter_content(1))
    until(lambda: shop.call(shop.store.open_holds) == 0, 15, "the end of the hold")


def test_no_answer_is_without_its_guards(shop: Shop) -> None:
    """The policy of what may run stands on streams and on refusals."""
    for answer in (run(shop.buyer(), "Три слова"), run(shop.buyer(), "")):
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"
