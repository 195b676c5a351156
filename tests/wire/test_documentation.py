"""The documentation leads where it says, and every address that an error names is there."""

import re
from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path
from xml.etree import ElementTree

import pytest

from slovomat import dialects
from slovomat.dialects.calls import Action, Terms, Voice
from slovomat.dialects.registry import all_dialects
from slovomat.domain.keys import shown
from slovomat.domain.refusal import Code
from slovomat.modes import load_modes
from slovomat.settings import Settings
from slovomat.usecases.accounts import FULL_PLAN, KeyRules, create_key, ensure_price_list
from slovomat.usecases.sessions import Browser
from slovomat.web.pages.cookies import cookie_name
from slovomat.web.pages.documentation.document import Documentation, document
from slovomat.web.pages.documentation.met import MET, RARE
from slovomat.web.pages.documentation.refusals import refusal_sample
from slovomat.web.pages.documentation.stage import read_plans, scenes
from slovomat.web.pages.visitor import sessions_of
from tests.pages_stand import SITE, Stand, backstage, standing

pytestmark = pytest.mark.anyio
TERMS = Terms(price_requests=2, max_chars=10, json_max_depth=64)


@pytest.fixture
async def stand(tmp_path: Path) -> AsyncIterator[Stand]:
    async with standing(tmp_path) as made:
        yield made


def said_addresses() -> set[str]:
    """The addresses in every refusal, as each dialect words it in each language."""
    found = set()
    for dialect in all_dialects():
        for code in Code:
            refusal = refusal_sample(code, dialect.name, ("Престиж",), "Бесплатный", Settings())
            for action in (None, *Action):
                for language in ("ru", "en"):
                    body = dialect.refuse(refusal, action, Voice(language, SITE), TERMS).body.decode()
                    found |= set(re.findall(rf'{SITE}(/[^\s"\\]*)', body))
    return {path.rstrip(".,;:") for path in found}


def written_addresses() -> set[str]:
    """The addresses in the sources of all dialects, wherever one follows the site's."""
    folder = Path(dialects.__file__).parent
    texts = [file.read_text("utf-8") for file in folder.glob("*.py")]
    return set(re.findall(r"{site}(/[\w/-]*)", "\n".join(texts)))


async def test_every_address_in_an_error_answers(stand: Stand) -> None:
    """Whoever follows the address in a message comes to a page, signed in or not, in either language."""
    said = said_addresses()
    assert said >= {"/price", "/prices", "/account", "/subscription", "/api-documentation"}
    for path in said:
        for language in ("ru", "en"):
            answer = await stand.browser.get(
                path, headers={"Accept-Language": language}, follow_redirects=True
            )
            assert (answer.status_code, answer.headers["content-language"]) == (200, language), path


def test_no_error_hides_an_address() -> None:
    """The addresses that were followed are all that the dialects' messages hold, their own words included."""
    assert written_addresses() == said_addresses()


async def test_what_models_read_leads_somewhere(stand: Stand) -> None:
    """`/llms.txt` has the form of its convention, and each link in it answers."""
    text = await stand.text("/llms.txt")
    assert text.startswith("# Slovomat\n\n> ")
    for dialect in all_dialects():
        for route in dialect.routes:
            assert f"`{route.method} {route.path.replace('/*', '/{id}')}`" in text
    links = re.findall(r"^- \[[^\]]+\]\(([^)]+)\)", text, re.MULTILINE)
    assert len(links) == 5
    for link in links:
        if link != f"{SITE}/health":
            assert (await stand.browser.get(link)).status_code == 200, link
    assert {f"`{mode}`" for mode in load_modes().ids()} <= set(re.findall("`[a-z_]+`", text))


async def test_the_map_of_the_site(stand: Stand) -> None:
    """Every address in `/sitemap.xml` is a page in the language that it names."""
    root = ElementTree.fromstring(await stand.text("/sitemap.xml"))  # noqa: S314 - our own file
    names = [element.text or "" for element in root.iter() if element.tag.endswith("loc")]
    others = [element.attrib for element in root.iter() if element.tag.endswith("link")]
    assert len(others) == 2 * len(names) > 0
    for address in names:
        assert (await stand.browser.get(address)).status_code == 200
    for other in others:
        answer = await stand.browser.get(other["href"])
        assert answer.headers["content-language"] == other["hreflang"]


async def documented(stand: Stand, folder: Path, key_shown: str | None) -> Documentation:
    behind = backstage(folder, stand.store)
    await ensure_price_list(stand.store)
    staged = scenes(behind, await read_plans(behind), "en", said="…")
    return document(staged, prompt="A bicycle", key_shown=key_shown)


async def test_samples_begin_with_the_readers_key(stand: Stand, tmp_path: Path) -> None:
    """A signed-in reader finds the beginning of their key in every sample, others a place for one."""
    for key_shown, place in (("slv_AbC123", "slv_AbC123..."), (None, "YOUR_KEY")):
        told = await documented(stand, tmp_path, key_shown)
        written = [*told.first, *(sample for section in told.sections for sample in section.samples)]
        assert len(written) == 16
        assert all(place in sample.code for sample in written)
    html = await stand.text("/api-docs")
    assert html.count("YOUR_KEY") >= 16


async def test_each_call_shows_each_of_its_statuses(stand: Stand, tmp_path: Path) -> None:
    """No status that a call may answer with is missing from the page."""
    told = await documented(stand, tmp_path, None)
    for section in told.sections:
        for call in section.calls:
            assert {one.status for one in call.others} <= {one.status for one in call.examples}
            assert {*call.done, *call.refused} == set(call.examples)
    assert not any(set(MET[action]) & set(RARE[action]) for action in Action)


async def test_the_page_can_be_walked_by_its_contents(stand: Stand) -> None:
    """Every chapter and call has an anchor, in the contents once for wide screens and once for narrow."""
    html = unescape(await stand.text("/api-docs"))
    anchors = re.findall(r'<li><a href="#([^"]+)"', html)
    assert all(anchors.count(anchor) == 2 for anchor in anchors)
    assert all(html.count(f'id="{anchor}"') == 1 for anchor in anchors)
    ids = re.findall(r'\sid="([^"]+)"', html)
    assert sorted(ids) == sorted(set(ids))


async def test_who_is_signed_in_sees_their_own_key(stand: Stand, tmp_path: Path) -> None:
    """The newest key that still works stands in the samples of its owner's page, and on nobody else's."""
    behind = backstage(tmp_path, stand.store)
    account_id = await stand.store.add_account("reader@words.example", FULL_PLAN, operator=False, now_ms=1)
    assert account_id is not None
    made = [
        await create_key(stand.store, behind.env, behind.secret, account_id, KeyRules(name=name))
        for name in ("old", "good", "gone")
    ]
    await stand.store.revoke_key(made[2].id, behind.env.now_ms())
    token = await sessions_of(behind).begin(
        account_id, "cabinet", Browser("127.0.0.1", "test"), second_factor=False
    )
    cookie = f"{cookie_name('session', SITE)}={token}"
    answer = await stand.browser.get("/api-docs", headers={"Cookie": cookie})
    assert answer.text.count(shown(made[1].key)) >= 16
    assert "YOUR_KEY" not in answer.text
    assert made[1].key not in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert shown(made[1].key) not in await stand.text("/api-docs")


async def test_crawlers_are_shown_the_map(stand: Stand) -> None:
    """The file that crawlers read first names the map of the site."""
    assert f"\nSitemap: {SITE}/sitemap.xml\n" in await stand.text("/robots.txt")
