"""What the pages say is what the database, the settings, the dialects and the command line say."""

from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path

import msgspec
import pytest

from slovomat.dialects.registry import all_dialects
from slovomat.domain.refusal import Code
from slovomat.modes import load_modes
from slovomat.ports.store import PackOffer, PlanOffer
from slovomat.usecases.accounts import FULL_PLAN
from tests.pages_stand import SITE, Stand, standing

pytestmark = pytest.mark.anyio


@pytest.fixture
async def stand(tmp_path: Path) -> AsyncIterator[Stand]:
    async with standing(tmp_path) as made:
        yield made


async def test_prices_are_those_of_the_database(stand: Stand) -> None:
    """A changed plan is on the page at once; what is not on sale is not there."""
    before = await stand.text("/price")
    assert "490\u00a0₽" in before
    assert "1299\u00a0₽" in before
    offer = await stand.store.find_plan(FULL_PLAN)
    assert offer is not None
    dearer = msgspec.structs.replace(offer.plan, price_kopecks=123_450, daily_requests=777, rpm=0)
    await stand.store.save_plan(PlanOffer(plan=dearer, on_sale=True))
    await stand.store.save_pack_offer(PackOffer(name="2000", requests=2000, price_kopecks=1, on_sale=False))
    await stand.store.save_pack_offer(PackOffer(name="Год", requests=7, price_kopecks=700, valid_days=365))
    after = await stand.text("/prices")
    assert "1234,50\u00a0₽" in after
    assert "777\u00a0запросов в день" in after
    assert "Без ограничения в минуту" in after
    assert "365\u00a0дней" in after
    assert "1299\u00a0₽" not in after
    await stand.store.save_plan(PlanOffer(plan=dearer, on_sale=False))
    assert "1234,50" not in await stand.text("/price")


async def test_an_empty_price_list(tmp_path: Path) -> None:
    """With nothing on sale the page says so."""
    async with standing(tmp_path) as stand:
        for offer in await stand.store.list_plans():
            await stand.store.save_plan(PlanOffer(plan=offer.plan, on_sale=False))
        for pack in await stand.store.list_pack_offers():
            await stand.store.save_pack_offer(msgspec.structs.replace(pack, on_sale=False))
        html = await stand.text("/price")
        assert "Сейчас тарифы не продаются" in html
        assert "Сейчас пакеты не продаются" in html


async def test_the_documentation_has_every_call(stand: Stand) -> None:
    """Every route of every dialect, every mode, and every refusal is described, with the site's address."""
    html = await stand.text("/api-documentation")
    for dialect in all_dialects():
        for route in dialect.routes:
            assert f'id="{route.path.replace("/*", "/{id}")}"' in html
    for mode in load_modes().ids():
        assert f"<code>mode-{mode}</code>" in html
    assert html.split('id="errors"')[1].count("<tr>") == len(Code) + 1
    assert f"curl {SITE}/api/generate_response" in html
    assert f"Оплатить запросы: {SITE}/price" in unescape(html)


async def test_the_documentation_shows_the_contract(stand: Stand) -> None:
    """Bodies are the contract's own, word for word."""
    html = unescape(await stand.text("/api-docs"))
    for body in (
        '{"request_id": 59877, "status": "processing", "balance": 596}',
        '{"status": "failed", "error_message": "Отсутствуют необходимые параметры: key"}',
        '{"request_id": 59877, "status": "processing"}',
        '{"status": "failed", "error_message": "Запрос с таким ID не найден"}',
        '{"success": false, "solving": true}',
        '"Использовать API можно только на тарифе Престиж. Ваш тариф: Бесплатный."',
        '"Кажется, вы отправляете запросы слишком часто. Обновите страницу, чтобы продолжить"',
        '"type": "insufficient_quota", "param": null, "code": "insufficient_quota"',
        "data: [DONE]",
    ):
        assert body in html


async def test_plan_errors_name_plans_that_exist(stand: Stand) -> None:
    """Where every plan opens an API its plan error is not shown; elsewhere it names this instance's plans."""
    html = unescape(await stand.text("/api-docs"))
    assert "Ваш тариф: …" not in html
    assert html.count("Использовать API можно только на тарифе Престиж. Ваш тариф: Бесплатный.") == 3


async def test_figures_are_the_settings(tmp_path: Path) -> None:
    """Prices and limits on the pages are those in force."""
    figures: dict[str, object] = {
        "textbot_price_requests": 7,
        "openai_max_chars": 0,
        "creates_per_minute": 33,
        "body_max_bytes": 4096,
    }
    async with standing(tmp_path, figures) as stand:
        docs = unescape(await stand.text("/api-docs"))
        assert "Нужно: 7" in docs
        assert "33\u00a0генерации" in docs
        assert "больше 4096 байт" in docs
        assert "7\u00a0запросов за генерацию" in await stand.text("/")
        assert "без ограничения" in await stand.text("/price")


async def test_the_front_page_names_what_answers(tmp_path: Path) -> None:
    """With an upstream the published models are named, without one the small model is owned up to."""
    named: dict[str, object] = {"upstream_url": "https://up.example/v1", "models": ("gpt-4o", "fine")}
    async with standing(tmp_path, named) as stand:
        assert "gpt-4o, fine" in await stand.text("/")
    async with standing(tmp_path) as stand:
        assert "небольшая модель" in await stand.text("/")
