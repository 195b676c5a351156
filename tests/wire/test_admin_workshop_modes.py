"""The desk's modes: checked, previewed, tried, compared, put in force, rolled back; nobody is overwritten."""

import re
from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path

import httpx2
import pytest

from slovomat.domain.role import Role
from slovomat.ports.journal import Actor, JournalNote, JournalQuery
from slovomat.usecases.journal import note_of
from tests.workshop_stand import Workshop, workshop_at

pytestmark = pytest.mark.anyio
ESSAY = "/admin/modes/essay"
MARKUP = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "'><b>bold</b>",
    "</pre><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    "<a href='javascript:alert(1)'>x</a>",
    "<iframe src=//evil.example></iframe>",
    "<style>body{display:none}</style>",
    "<form action=//evil.example><input name=key>",
    "{{ 7 * 7 }}",
    "{% raw %}<x>{% endraw %}",
    "<!-- comment --><plaintext>",
    "<div hx-get='/admin/sign-out' hx-trigger='load'>x</div>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<base href=//evil.example>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "\u202e<object data=//evil.example></object>",
)
TAG = re.compile(
    r"<(script|img|svg|iframe|style|object|base|plaintext|math|x|b)\b(?![^>]*(?:/static/|class=))", re.I
)


@pytest.fixture
async def workshop(tmp_path: Path) -> AsyncIterator[Workshop]:
    async with workshop_at(tmp_path) as made:
        yield made


def fields(page: httpx2.Response) -> dict[str, str]:
    """The editor's form as the browser would send it."""
    text = re.search(r"<textarea[^>]*name=\"text\"[^>]*>\n?(.*?)</textarea>", page.text, re.S)
    since = re.search(r'name="since" value="([^"]*)"', page.text)
    assert text is not None
    assert since is not None
    return {"text": unescape(text[1]).replace("\n", "\r\n"), "since": since[1]}


def bumped(sent: dict[str, str], line: str = "Новая строка.") -> dict[str, str]:
    """The same with a line more, and why."""
    added = sent["text"].replace("{% block system %}", f"{{% block system %}}\r\n{line}", 1)
    assert added != sent["text"]
    return {**sent, "text": added, "reason": "a better beginning", "do": "activate"}


async def test_a_mode_is_changed_and_rolled_back(workshop: Workshop) -> None:
    """What the editor sends is in force at once; each change is in the journal with who and why."""
    owner = await workshop.at_desk(Role.OWNER)
    before = workshop.modes.source("essay")
    opened = await owner.get(ESSAY)
    assert fields(opened)["text"].replace("\r\n", "\n") == before
    done = await owner.post(ESSAY, data=bumped(fields(opened)))
    assert done.headers["location"] == f"{ESSAY}?said=mode_activated"
    assert "Новая строка." in workshop.modes.system("essay")
    assert "edited here" in (await owner.get("/admin/modes")).text
    versions = (await owner.get(f"{ESSAY}/versions")).text
    assert "a better beginning" in versions
    assert "owner@example.org" in versions
    back = {"revision": "0", "key": "0" * 32, "reason": "it was better"}
    for said in ("mode_rolled_back", "mode_as_it_is"):
        rolled = await owner.post(f"{ESSAY}/roll-back", data=back)
        assert rolled.headers["location"] == f"{ESSAY}/versions?said={said}"
    assert workshop.modes.source("essay") == before
    notes = [row.note for row in (await workshop.books.store.journal.page(JournalQuery())).rows]
    assert [(note.action, note.reason) for note in notes] == [
        ("mode_roll_back", "it was better"),
        ("mode_activate", "a better beginning"),
    ]
    assert "+" in (await owner.get(f"{ESSAY}/versions/1")).text


async def test_nobody_is_overwritten(workshop: Workshop) -> None:
    """Who edited what is no longer in force is told, keeps their text, sees the difference, and decides."""
    owner = await workshop.at_desk(Role.OWNER)
    mine = fields(await owner.get(ESSAY))
    await owner.post(ESSAY, data=bumped(mine, "Первая правка."))
    late = await owner.post(ESSAY, data=bumped(mine, "Вторая правка."))
    assert late.status_code == 409
    assert "another text was put in force" in late.text
    assert "Первая правка." in workshop.modes.source("essay")
    assert '<span class="diff-text">Первая правка.</span>' in late.text
    assert "Вторая правка." in fields(late)["text"]
    knowing = await owner.post(ESSAY, data={**fields(late), "reason": "mine is better", "do": "activate"})
    assert knowing.status_code == 303
    assert "Вторая правка." in workshop.modes.source("essay")


async def test_two_at_once_are_one_after_the_other(workshop: Workshop) -> None:
    """The revision that was replaced is compared in the transaction itself."""
    texts, note = workshop.books.store.mode_texts, _some_note(workshop)
    assert await texts.activate("essay", "one", note, 0) == 1
    assert await texts.activate("essay", "two", note, 0) is None
    assert [one.text for one in await texts.versions("essay")] == ["one"]
    assert await texts.activate("essay", "two", note, 1) == 2


def _some_note(workshop: Workshop) -> JournalNote:
    return note_of(Actor(id=1, email="a@example.org"), workshop.books.env.now_ms(), "mode_activate", "why")


async def test_a_broken_text_names_its_line(workshop: Workshop) -> None:
    """By the button that checks, and by the one that would put it in force; nothing changes."""
    owner = await workshop.at_desk(Role.OWNER)
    sent = fields(await owner.get(ESSAY))
    broken = {**sent, "text": sent["text"].replace("temperature:", "temprature:"), "reason": "oops"}
    line = next(n for n, one in enumerate(broken["text"].split("\r\n"), 1) if "temprature" in one)
    for do, status in (("check", 200), ("activate", 422), ("preview", 200), ("trials", 200)):
        answer = await owner.post(ESSAY, data={**broken, "do": do})
        assert (answer.status_code, f"line {line}: " in answer.text) == (status, True), do
    assert workshop.modes.origin("essay") == "packaged"
    assert "No faults" in (await owner.post(ESSAY, data={**sent, "do": "check"})).text


async def test_a_change_needs_a_reason(workshop: Workshop) -> None:
    """And a text that differs."""
    owner = await workshop.at_desk(Role.OWNER)
    sent = fields(await owner.get(ESSAY))
    silent = await owner.post(ESSAY, data={**bumped(sent), "reason": " "})
    assert (silent.status_code, "Say what the change is for." in silent.text) == (422, True)
    same = await owner.post(ESSAY, data={**sent, "reason": "none", "do": "activate"})
    assert (same.status_code, "in force already" in same.text) == (409, True)
    assert (await owner.post(ESSAY, data={**sent, "do": "something"})).status_code == 400
    assert (await owner.get("/admin/modes/none")).status_code == 404


async def test_the_prompt_is_shown_with_its_parameters(workshop: Workshop) -> None:
    """As the model would get it; a value outside its limits is said, not raised."""
    owner = await workshop.at_desk(Role.OWNER)
    path = "/admin/modes/shorter"
    sent = {**fields(await owner.get(path)), "do": "preview", "sample": "My sample", "p_percent_shown": "1"}
    shown = await owner.post(path, data={**sent, "p_percent": "35"})
    assert "about 35 % of the original" in shown.text
    assert "My sample" in shown.text
    outside = await owner.post(path, data={**sent, "p_percent": "99"})
    assert (outside.status_code, "percent" in outside.text) == (200, True)
    assert "about 99 %" not in outside.text


async def test_its_own_tests_run_on_demand(workshop: Workshop) -> None:
    """All on one page without a script, or one by one; what the answer lacks is named."""
    owner = await workshop.at_desk(Role.OWNER)
    path = "/admin/modes/shorter"
    sent = fields(await owner.get(path))
    assert workshop.upstream.calls == 0
    whole = await owner.post(path, data={**sent, "do": "trials"})
    assert whole.text.count('class="trial"') == workshop.upstream.calls == 2
    assert "1935" in whole.text
    assert "These were all tests." in whole.text
    piece = await owner.post(f"{path}/trial?n=0", data=sent)
    assert "/trial?n=1" in piece.text
    assert "<html" not in piece.text
    last = await owner.post(f"{path}/trial?n=1", data=sent)
    assert "hx-post" not in last.text
    assert "These were all tests." in (await owner.post(f"{path}/trial?n=2", data=sent)).text


@pytest.mark.parametrize("markup", MARKUP)
async def test_markup_stays_text(workshop: Workshop, markup: str) -> None:
    """Of customers, of models and of modes: no page of the desk makes a tag of it."""
    await workshop.books.credit(4)
    waiting = await workshop.books.held(job_text=markup, owner="")
    (claimed,) = await workshop.books.claim()
    await workshop.books.complete(claimed, markup)
    failing = await workshop.books.held(job_text="x", owner="")
    (claimed,) = await workshop.books.claim()
    await workshop.books.fail(claimed, markup)
    workshop.upstream.says = markup
    owner = await workshop.at_desk(Role.OWNER)
    sent = {**fields(await owner.get(ESSAY)), "sample": markup}
    edited = bumped(sent, "{% raw %}" + markup + "{% endraw %}" if "raw" not in markup else markup)
    await owner.post(ESSAY, data={**edited, "reason": markup})
    pages = [
        await owner.get(f"/admin/jobs/{waiting}"),
        await owner.get(f"/admin/jobs/{failing}"),
        await owner.get("/admin/jobs"),
        await owner.post("/admin/upstreams/test"),
        *[
            await owner.post(ESSAY, data={**edited, "do": do})
            for do in ("check", "preview", "diff", "trials")
        ],
        await owner.post(f"{ESSAY}/trial?n=0", data=edited),
        await owner.get(f"{ESSAY}/versions"),
        await owner.get(f"{ESSAY}/versions/1"),
        await owner.get("/admin/settings", params={"q": markup}),
    ]
    for page in pages:
        assert page.status_code in {200, 404}, page.url
        inside = page.text.partition('<main id="main"')[2] or page.text
        assert markup not in inside or "<" not in markup + unescape(markup), page.url
        assert not TAG.search(inside), (page.url, TAG.search(inside))
        assert "hx-get='/admin/sign-out'" not in inside
        assert "http-equiv" not in re.sub(r"&lt;.*?&gt;", "", inside)
