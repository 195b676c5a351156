"""The history: its filters stand in the address, its file opens in a spreadsheet, and it is one's own."""

import csv
import io
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from httpx2 import AsyncClient, Response

from slovomat.domain.generation import HoldState
from slovomat.ports.history import KeptText
from slovomat.ports.store import Credit
from tests.books import Books
from tests.people_stand import People, people_at
from tests.played_env import DAY_MS

pytestmark = pytest.mark.anyio
ANN, BOB = "ann@example.org", "bob@example.org"


@pytest.fixture
async def people(tmp_path: Path) -> AsyncIterator[People]:
    """An instance over HTTPS; its books are audited at the end."""
    async with people_at(tmp_path) as opened:
        yield opened


@pytest.fixture
async def browser(people: People) -> AsyncIterator[AsyncClient]:
    """Ann's."""
    async with people.browser() as opened:
        yield opened


async def ann(people: People, browser: AsyncClient, name: str = "key") -> Books:
    """Her books, with a pack."""
    books = await people.books(await people.enter(browser, ANN), name)
    await books.credit(1_000)
    return books


def ids(answer: Response) -> list[int]:
    """The generations on a page, in its order."""
    assert answer.status_code == 200
    return [int(one) for one in re.findall(r'href="/history/(\d+)', answer.text)]


def lines(answer: Response) -> list[list[str]]:
    """The file's rows."""
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))


async def test_filters_stand_in_the_address_of_list_and_file(people: People, browser: AsyncClient) -> None:
    """Each narrows both; what makes no sense narrows nothing; the form remembers what was chosen."""
    books = await ann(people, browser)
    other = await people.books(books.account, "other")
    essay = await books.held(dialect="openai")
    await books.close(essay, HoldState.SETTLED)
    people.env.pass_s(2 * DAY_MS / 1000)
    late = await other.held(mode=None, dialect="textbot")
    await other.close(late, HoldState.RELEASED, reason="upstream_error")
    everything = [late, essay]
    for query, expected in {
        "": everything,
        "dialect=openai": [essay],
        "mode=chat&state=settled": [essay],
        "state=released": [late],
        "state=held": [],
        f"key={other.key.id}": [late],
        f"key={other.key.id}&dialect=openai": [],
        f"id={essay}": [essay],
        "to=2026-01-01": [],
        "from=2999-01-01": [],
        "from=yesterday&state=gone&mode=../etc&dialect=x&key=-1&before=x&id=1e9": everything,
        f"before={late}": [essay],
    }.items():
        assert ids(await browser.get(f"/history?{query}")) == expected, query
        in_file = [int(row[0]) for row in lines(await browser.get(f"/history.csv?{query}"))[1:]]
        assert in_file == expected, query
    page = (await browser.get("/history?state=released&from=2020-01-01")).text
    assert re.search(r'value="released"\s+selected', page)
    assert 'value="2020-01-01"' in page
    assert "/history.csv?state=released&amp;from=2020-01-01" in page


async def test_pages_follow_each_other_by_a_cursor(people: People, browser: AsyncClient) -> None:
    """Twenty-five a page; the link to older ones keeps the filters, and none is lost or seen twice."""
    books = await ann(people, browser)
    made = [await books.held(1) for _ in range(53)]
    seen: list[int] = []
    path = "/history?dialect=textbot"
    for _ in range(3):
        page = await browser.get(path)
        seen += ids(page)
        older = re.search(r'href="(/history\?dialect=textbot&amp;before=\d+)"', page.text)
        path = older[1].replace("&amp;", "&") if older else ""
    assert (seen, path) == (made[::-1], "")
    assert len(lines(await browser.get("/history.csv"))) == 54


async def test_the_file_opens_in_a_spreadsheet(people: People, browser: AsyncClient) -> None:
    """UTF-8 with a mark, semicolons, Russian heads for who reads Russian, and no cell is a formula."""
    books = await ann(people, browser, "=cmd|' /C calc'!A0")
    await books.credit(5, title='@SUM(1;2)"', expires_at_ms=people.env.now_ms() + DAY_MS)
    hold = await books.held(3)
    people.env.pass_s(1.5)
    await books.close(hold, HoldState.SETTLED)
    answer = await browser.get("/history.csv", headers={"Accept-Language": "ru"})
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="slovomat-history.csv"'
    assert answer.headers["cache-control"] == "no-store"
    heads, row = lines(answer)
    assert heads[:3] == ["номер", "время", "API"]
    assert len(heads) == len(row)
    told = dict(zip(heads, row, strict=True))
    assert told["ключ"] == "'=cmd|' /C calc'!A0"
    assert told["чем оплачено"] == "'@SUM(1;2)\": 3"
    assert (told["цена, запросов"], told["списано, запросов"], told["секунд"]) == ("3", "3", "1.5")
    assert told["состояние"] == "оплачена"
    assert b"\r\n" in answer.content


async def test_anothers_generation_does_not_exist(people: People, browser: AsyncClient) -> None:
    """The same answer as for one that never was, on its page, in the list and in the file (A1)."""
    async with people.browser("192.0.2.2") as other:
        books = await people.books(await people.enter(other, BOB), "bobs")
        await books.credit(10)
        hold = await books.held()
        assert (await other.get(f"/history/{hold}")).status_code == 200
    await ann(people, browser)
    answers = [await browser.get(f"/history/{one}") for one in (hold, 999_999, 2**53, 10**40)]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1
    for query in (f"id={hold}", f"key={books.key.id}", f"before={hold + 1}", f"account_id={books.account}"):
        assert ids(await browser.get(f"/history?{query}")) == []
        assert len(lines(await browser.get(f"/history.csv?{query}"))) == 1


async def test_texts_are_shown_and_not_run(people: People, browser: AsyncClient) -> None:
    """Whatever a person or a model wrote is text; markdown of an answer brings no script along (A12)."""
    books = await ann(people, browser, "<b>key</b>")
    job = await books.held(job_text="<script>alert(1)</script>", owner="")
    [claimed] = await books.claim()
    await books.complete(
        claimed, "**bold** <script>alert(2)</script> [x](javascript:alert(3)) <img src=x onerror=a>"
    )
    page = (await browser.get(f"/history/{job}")).text
    assert "&lt;script&gt;alert(1)" in page
    assert "<strong>bold</strong>" in page
    for bad in ("<script>alert", 'href="javascript', "<img src=x", "<b>key</b>"):
        assert bad not in page


async def test_a_text_that_is_gone_is_said_to_be(people: People, browser: AsyncClient) -> None:
    """After the days that it is kept; a direct call's was never there; one under way is not yet."""
    books = await ann(people, browser)
    job = await books.held(job_text="question", owner="")
    assert "still under way" in (await browser.get(f"/history/{job}")).text
    [claimed] = await books.claim()
    await books.complete(claimed, "answer")
    direct, silent = await books.held(), await books.held()
    now_ms = people.env.now_ms()
    kept = KeptText(
        account_id=books.account, generation_id=direct, text="asked", result="told", now_ms=now_ms
    )
    await people.store.history.keep(kept)
    await books.close(direct, HoldState.SETTLED)
    await books.close(silent, HoldState.RELEASED, reason="upstream_error")
    assert "told" in (await browser.get(f"/history/{direct}")).text
    gone = (await browser.get(f"/history/{silent}")).text
    assert ("are not kept" in gone, "went back" in gone) == (True, True)
    await people.store.prune(now_ms + 1, 0, now_ms + 1, 10)
    pruned = (await browser.get(f"/history/{job}")).text
    assert ("this one is gone" in pruned, "question" in pruned) == (True, False)


async def test_the_page_says_what_paid(people: People, browser: AsyncClient) -> None:
    """Each pack and the day's requests by name, with how many."""
    account_id = await people.enter(browser, ANN)
    books = await people.books(account_id)
    order = Credit(
        account_id=account_id, requests=9, title="<i>Pack</i>", reason="r", now_ms=people.env.now_ms()
    )
    await people.store.credit(order)
    hold = await books.held(3, allowance=1)
    page = (await browser.get(f"/history/{hold}")).text
    assert "the day&#39;s requests" in page
    assert "&lt;i&gt;Pack&lt;/i&gt;: 2\xa0requests" in page


async def test_strangers_are_sent_to_sign_in_and_come_back(people: People) -> None:
    """With their filters."""
    async with people.browser() as stranger:
        away = await stranger.get("/history?state=held")
        assert away.headers["location"] == "/sign-in?next=/history%3Fstate%3Dheld"
        assert (await stranger.get("/history.csv")).status_code == 303
        assert (await stranger.get("/history/1")).status_code == 303
