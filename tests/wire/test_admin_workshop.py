"""The desk's jobs, upstreams and settings: what is seen, by whom, and what is done once."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from slovomat.domain.events import Failure, FailureKind
from slovomat.domain.generation import HoldState
from slovomat.domain.role import Role
from slovomat.ports.journal import JournalQuery
from slovomat.settings import Settings
from slovomat.web.admin.settings_page import GROUPS
from slovomat.web.admin.upstreams import TRIES_PER_MINUTE
from slovomat.web.pages.texts import CATALOGUE
from slovomat.web.pages.texts.admin_settings import RUSSIAN
from tests.workshop_stand import Workshop, workshop_at

pytestmark = pytest.mark.anyio
DEED = {"key": "0" * 32, "reason": "asked for by phone"}
MANUAL = Path(__file__).parents[2] / "docs" / "configuration.md"


@pytest.fixture
async def workshop(tmp_path: Path) -> AsyncIterator[Workshop]:
    async with workshop_at(tmp_path) as made:
        yield made


async def failed_job(workshop: Workshop, text: str = "a customer's text") -> int:
    """A job that the upstream failed; its price is back."""
    await workshop.books.credit(2)
    made = await workshop.books.held(job_text=text, owner="")
    (claimed,) = await workshop.books.claim()
    assert await workshop.books.fail(claimed)
    return made


async def actions(workshop: Workshop) -> list[str]:
    """What the journal says was done, the newest first."""
    page = await workshop.books.store.journal.page(JournalQuery())
    return [row.note.action for row in page.rows]


async def test_jobs_are_listed_page_by_page(workshop: Workshop) -> None:
    """By their state; a number leads to its job; another's page of nothing is a page too."""
    await workshop.books.credit(200)
    made = [await workshop.books.held(job_text=f"text {n}", owner="") for n in range(52)]
    support = await workshop.at_desk(Role.SUPPORT)
    first = (await support.get("/admin/jobs?state=queued")).text
    assert f"№\u00a0{made[-1]}<" in first
    assert f"№\u00a0{made[1]}<" not in first
    older = re.search(r'href="([^"]*before=\d+)"', first)
    assert older is not None
    second = (await support.get(older[1].replace("&amp;", "&"))).text
    assert [f"№\u00a0{number}<" in second for number in made[:3]] == [True, True, False]
    assert "No jobs" in (await support.get("/admin/jobs?state=failed")).text
    led = await support.get(f"/admin/jobs?id={made[7]}")
    assert led.headers["location"] == f"/admin/jobs/{made[7]}"
    assert (await support.get("/admin/jobs/4503599627370497")).status_code == 404
    assert (await support.get("/admin/jobs?id=99999999999999999999")).status_code == 200


async def test_a_failed_job_is_queued_again_once(workshop: Workshop) -> None:
    """The form sent twice makes one job; this node's workers hear of it; the journal has one line."""
    job = await failed_job(workshop)
    support = await workshop.at_desk(Role.SUPPORT)
    answers = [await support.post(f"/admin/jobs/{job}/retry", data=DEED) for _ in range(2)]
    places = {answer.headers["location"] for answer in answers}
    assert len(places) == 1
    assert (workshop.queue.heard, await actions(workshop)) == (1, ["retry"])
    assert "The job is queued again." in (await support.get(places.pop())).text
    assert await workshop.books.balance() == 0
    refused = await support.post(f"/admin/jobs/{job}/retry", data={**DEED, "key": "1" * 32})
    assert refused.status_code == 409
    assert "balance is too low" in refused.text


async def test_a_retry_respects_the_key(workshop: Workshop) -> None:
    """One that is revoked makes nothing any more; it is said in words, and nothing is held."""
    job = await failed_job(workshop)
    await workshop.books.store.revoke_key(workshop.books.key.id, workshop.books.env.now_ms())
    support = await workshop.at_desk(Role.SUPPORT)
    refused = await support.post(f"/admin/jobs/{job}/retry", data=DEED)
    assert refused.status_code == 409
    assert "revoked or has expired" in refused.text
    assert (workshop.queue.heard, await actions(workshop), await workshop.books.balance()) == (0, [], 2)


async def test_a_key_bound_to_other_modes_retries_nothing(tmp_path: Path) -> None:
    """Its job of another mode, made before it was bound, stays failed."""
    from tests.books import open_books

    async with open_books(tmp_path, modes=("essay",)) as books:
        from slovomat.domain.days import Calendar
        from slovomat.domain.ids import GenerationId
        from slovomat.ports.journal import Actor, Refused
        from slovomat.usecases.journal import Deed, Operations

        await books.credit(2)
        made = await books.held(job_text="x", owner="")
        (claimed,) = await books.claim()
        await books.fail(claimed)
        operations = Operations(books.store, books.env, Calendar("Europe/Moscow"), 1_000)
        deed = Deed(actor=Actor(id=1, email="a@example.org"), reason="why", key="k")
        assert await operations.retry(deed, GenerationId(made)) == Refused("key_forbids")


async def test_a_job_is_stopped_once(workshop: Workshop) -> None:
    """Its price returns, its client is told by whom it was ended, and a later one is too late."""
    await workshop.books.credit(2)
    job = await workshop.books.held(job_text="waits", owner="")
    support = await workshop.at_desk(Role.SUPPORT)
    assert (await support.post(f"/admin/jobs/{job}/release", data={**DEED, "reason": " "})).status_code == 409
    for _ in range(2):
        done = await support.post(f"/admin/jobs/{job}/release", data=DEED)
        assert done.headers["location"] == f"/admin/jobs/{job}?said=job_released"
    assert (await workshop.books.balance(), await actions(workshop)) == (2, ["release"])
    view = await workshop.books.store.find_job(workshop.books.account, job)
    assert view is not None
    assert view.error == "job_stopped"
    late = await support.post(f"/admin/jobs/{job}/release", data={**DEED, "key": "2" * 32})
    assert (late.status_code, "moved on" in late.text) == (409, True)


async def test_a_direct_call_is_no_job(workshop: Workshop) -> None:
    """Its hold is not ended from the page of jobs."""
    await workshop.books.credit(2)
    direct = await workshop.books.held()
    support = await workshop.at_desk(Role.SUPPORT)
    assert (await support.post(f"/admin/jobs/{direct}/release", data=DEED)).status_code == 404
    assert await workshop.books.close(direct, HoldState.SETTLED)


async def test_each_page_is_for_its_roles(workshop: Workshop) -> None:
    """Support sees jobs alone; finance none of these; texts are shown to support."""
    job = await failed_job(workshop)
    support = await workshop.at_desk(Role.SUPPORT)
    finance = await workshop.at_desk(Role.FINANCE)
    owners = ["/admin/modes", "/admin/modes/essay", "/admin/upstreams", "/admin/settings"]
    assert [(await support.get(path)).status_code for path in owners] == [403] * 4
    assert (await support.post("/admin/upstreams/test")).status_code == 403
    assert "a customer&#39;s text" in (await support.get(f"/admin/jobs/{job}")).text
    assert [(await finance.get(path)).status_code for path in ("/admin/jobs", *owners)] == [403] * 5


async def test_a_test_call_costs_no_customer(workshop: Workshop) -> None:
    """It is real, it is timed, the journal knows of it, and there are not many in a minute."""
    owner = await workshop.at_desk(Role.OWNER)
    answer = await owner.post("/admin/upstreams/test")
    assert "Tokens: 7 asked, 3 answered." in answer.text
    workshop.upstream.says = Failure(kind=FailureKind.ERROR, detail="HTTP 500")
    assert "error: HTTP 500" in (await owner.post("/admin/upstreams/test")).text
    later = [await owner.post("/admin/upstreams/test") for _ in range(TRIES_PER_MINUTE)]
    assert [one.status_code for one in later][-2:] == [429, 429]
    assert workshop.upstream.calls == TRIES_PER_MINUTE
    assert set(await actions(workshop)) == {"upstream_test"}
    assert await workshop.books.balance() == 0


async def test_the_upstream_page_hides_credentials(tmp_path: Path) -> None:
    """Nothing of a password in its address is shown anywhere at the desk."""
    settings: dict[str, object] = {
        "upstream_url": "https://user:hunter2@llm.example/v1",
        "upstream_key": "sk-hidden",
        "smtp_password": "letters-hidden",
        "database_url": "postgresql://db:hidden-too@127.0.0.1/x",
    }
    origins = {
        "upstream_url": "environment",
        "upstream_key": "environment",
        "database_url": "/etc/slovomat.toml",
    }
    async with workshop_at(tmp_path, settings, origins) as made:
        made.metrics.upstream_failed("parrot", Failure(kind=FailureKind.TIMEOUT, detail="slow"))
        owner = await made.at_desk(Role.OWNER)
        upstreams, listed = (
            (await owner.get("/admin/upstreams")).text,
            (await owner.get("/admin/settings")).text,
        )
    for secret in ("hunter2", "sk-hidden", "letters-hidden", "hidden-too"):
        assert secret not in upstreams + listed
    assert "llm.example/v1" in upstreams
    assert "took too long: 1" in upstreams
    assert "SLOVOMAT_UPSTREAM_URL" in listed
    assert "/etc/slovomat.toml" in listed


async def test_every_setting_is_found(workshop: Workshop) -> None:
    """All are there, and a word of the name or of the meaning finds its own."""
    owner = await workshop.at_desk(Role.OWNER, "ru")
    listed = (await owner.get("/admin/settings")).text
    assert all(f'<code class="value">{name}<' in listed for name in Settings.model_fields)
    found = (await owner.get("/admin/settings", params={"q": "полуночи"})).text
    assert re.findall(r'scope="row"[^>]*><div><code class="value">(\w+)<', found) == ["time_zone"]
    assert "Таких настроек нет" in (await owner.get("/admin/settings?q=zzz")).text


def test_settings_are_explained_in_both_languages() -> None:
    """Each has its Russian words, none is left from before, and the chapters are the manual's."""
    assert set(RUSSIAN) == set(Settings.model_fields)
    chapters = re.findall(
        r"^## (.+)\n\n(?:[^|#].*\n\n)?\| setting .*\n\|.*\n\| `(\w+)`", MANUAL.read_text(), re.M
    )
    ours = {first: CATALOGUE[f"settings_group_{title}"].en for title, first in GROUPS}
    assert chapters
    assert {first: title for title, first in chapters} == {
        first: title for first, title in ours.items() if first in dict(map(reversed, chapters))
    }
