"""Pages are rendered once, and never shown when what they were made of has changed."""

from collections.abc import AsyncIterator
from html import unescape
from itertools import product
from pathlib import Path

import httpx2
import msgspec
import pytest

from slovomat.ports.store import PackOffer, PlanOffer
from slovomat.usecases.accounts import FULL_PLAN
from slovomat.web.pages.app import make_pages
from slovomat.web.pages.shelf import Shelf
from tests.pages_stand import PAGES, SITE, Stand, backstage, standing

pytestmark = pytest.mark.anyio


@pytest.fixture
async def stand(tmp_path: Path) -> AsyncIterator[Stand]:
    async with standing(tmp_path) as made:
        yield made


async def every_page(stand: Stand) -> dict[tuple[str, str, str], bytes]:
    """Every page and a missing one, in each language, chosen by the address or not."""
    found = {}
    for path, asked, language in product([*PAGES, "/no"], ["", "?lang=ru", "?lang=en"], ["ru", "en"]):
        answer = await stand.browser.get(path + asked, headers={"Accept-Language": language})
        found[path, asked, language] = answer.content
    return found


async def test_a_kept_page_is_the_same_page(stand: Stand, tmp_path: Path) -> None:
    """A page that is kept is byte for byte the page that another process renders anew."""
    first = await every_page(stand)
    assert await every_page(stand) == first
    async with standing(tmp_path) as other:
        for (path, asked, language), page in reversed(first.items()):
            answer = await other.browser.get(path + asked, headers={"Accept-Language": language})
            assert answer.content == page, (path, asked, language)


async def test_a_changed_plan_shows_on_the_very_next_call(stand: Stand) -> None:
    """A plan's new price and a plan that closes an API are shown at once, and their undoing too."""
    before = await every_page(stand)
    offer = await stand.store.find_plan(FULL_PLAN)
    assert offer is not None
    dearer = msgspec.structs.replace(offer.plan, price_kopecks=7_654_300)
    await stand.store.save_plan(PlanOffer(plan=dearer, on_sale=True))
    assert "76 543" in (await stand.text("/price")).replace("\u202f", " ")
    closed = msgspec.structs.replace(offer.plan, name="Закрытый", dialects=frozenset())
    assert "Закрытый" not in await stand.text("/api-docs")
    await stand.store.save_plan(PlanOffer(plan=closed, on_sale=False))
    assert "Ваш тариф: Закрытый" in unescape(await stand.text("/api-docs"))
    await stand.store.save_plan(offer)
    assert await stand.text("/price") == before["/price", "", "ru"].decode()


async def test_a_changed_pack_shows_on_the_very_next_call(stand: Stand) -> None:
    """A pack that comes on sale, and one that leaves it, show at once."""
    before = await stand.text("/price")
    pack = PackOffer(name="Год", requests=7, price_kopecks=700)
    await stand.store.save_pack_offer(pack)
    assert "Год" in await stand.text("/price")
    await stand.store.save_pack_offer(msgspec.structs.replace(pack, on_sale=False))
    assert await stand.text("/price") == before


async def test_a_page_of_another_site_is_another_page(tmp_path: Path) -> None:
    """The site is known only once the service listens: pages rendered before do not stay."""
    site = "https://before.example"
    async with standing(tmp_path) as stand:
        app = make_pages(backstage(tmp_path, stand.store, lambda: site))
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url=SITE) as browser:
            assert "before.example" in (await browser.get("/api-docs")).text
            site = "https://after.example"
            assert "before.example" not in (await browser.get("/api-docs")).text


async def test_a_hostile_host_is_not_in_the_page(stand: Stand) -> None:
    """What the client names as host is neither shown nor kept for the next reader."""
    answer = await stand.browser.get("/price", headers={"Host": "evil.example/x"})
    assert "evil" not in answer.text
    assert answer.text == await stand.text("/price")


def test_the_shelf_has_an_end() -> None:
    """The page that was not asked for the longest leaves, and only it is rendered again."""
    shelf, rendered = Shelf(pages_max=2), []

    def ask(name: str) -> bytes:
        def render() -> str:
            rendered.append(name)
            return name

        return shelf.page(name, render)

    assert [ask(name) for name in "abacab"] == [b"a", b"b", b"a", b"c", b"a", b"b"]
    assert rendered == ["a", "b", "c", "b"]
