"""`slovomat plan …` and `slovomat pack …`: what is sold, and for how much."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from slovomat.cli import words
from slovomat.cli.command import command, group
from slovomat.cli.exits import Exit, FaultError
from slovomat.cli.session import Session

if TYPE_CHECKING:
    from slovomat.domain.caller import Plan
    from slovomat.ports.store import PackOffer, PlanOffer

plans = group("plan", "Plans: a daily allowance, limits, the dialects that they open.")
packs = group("pack", "Packs of requests on the price list.")
Name = Annotated[str, typer.Argument(metavar="NAME", help="its name; the quotes « » are not part of it")]
_Kopecks = Annotated[
    int | None,
    typer.Option("--price-kopecks", metavar="N", min=0, max=words.MAX_REQUESTS, help="price, in kopecks"),
]
_OnSale = Annotated[bool | None, typer.Option("--on-sale/--no-on-sale", help="on the price list or not")]


@command(plans, "set")
async def set_plan(
    session: Session,
    *,
    name: Name,
    daily: Annotated[
        int | None,
        typer.Option("--daily", metavar="N", min=0, max=words.MAX_REQUESTS, help="requests a day"),
    ] = None,
    rpm: Annotated[
        int | None,
        typer.Option("--rpm", metavar="N", min=0, max=10**9, help="creates a minute; 0 no limit"),
    ] = None,
    default_rpm: Annotated[
        bool, typer.Option("--default-rpm", help="creates a minute as the service's settings have it")
    ] = False,
    dialects: Annotated[
        str | None, typer.Option("--dialects", metavar="A,B", help="the dialects that it opens")
    ] = None,
    api_allowance: Annotated[
        bool | None,
        typer.Option("--api-allowance/--no-api-allowance", help="may the API spend the daily requests"),
    ] = None,
    price_kopecks: _Kopecks = None,
    period_days: Annotated[
        int | None,
        typer.Option("--period-days", metavar="N", min=1, max=words.MAX_DAYS, help="what the price is for"),
    ] = None,
    on_sale: _OnSale = None,
) -> None:
    """Make a plan, or change what is named here of it; accounts on it follow within a second."""
    if default_rpm and rpm is not None:
        raise FaultError(Exit.USAGE, "--rpm or --default-rpm, not both", "--rpm или --default-rpm, не оба")
    changes = {
        "daily_requests": daily,
        "rpm": rpm,
        "dialects": None if dialects is None else frozenset(words.dialects(dialects)),
        "api_allowance": api_allowance,
        "price_kopecks": price_kopecks,
        "period_days": period_days,
    }
    given: dict[str, Any] = {field: value for field, value in changes.items() if value is not None}
    if default_rpm:
        given["rpm"] = None
    await _save_plan(session, words.title(name), given, on_sale)


async def _save_plan(session: Session, name: str, given: dict[str, Any], on_sale: bool | None) -> None:
    import msgspec

    from slovomat.ports.store import PlanOffer

    async with session.store() as store:
        there = await store.find_plan(name)
        plan = msgspec.structs.replace(there.plan if there else _new_plan(name), **given)
        sold = on_sale if on_sale is not None else there.on_sale if there else True
        await store.save_plan(PlanOffer(plan=plan, on_sale=sold))
        saved = await session.plan(store, name)
    verb = ("changed", "изменён") if there else ("made", "создан")
    session.out.done(
        {**_plan_shape(saved), "created": there is None},
        f"plan «{name}»: {verb[0]}",
        f"тариф «{name}»: {verb[1]}",
    )


@command(plans, "list")
async def list_plans(session: Session) -> None:
    """All plans."""
    async with session.store() as store:
        shapes = [_plan_shape(offer) for offer in await store.list_plans()]
    session.out.result(
        {"plans": shapes},
        lambda: session.out.table(list(shapes[0]), (list(shape.values()) for shape in shapes)),
    )


@command(plans, "show")
async def show_plan(session: Session, name: Name) -> None:
    """One plan."""
    async with session.store() as store:
        shape = _plan_shape(await session.plan(store, name))
    session.out.result(shape, lambda: session.out.facts(shape))


@command(packs, "set")
async def set_pack(
    session: Session,
    *,
    name: Name,
    requests: Annotated[
        int | None,
        typer.Option("--requests", metavar="N", min=1, max=words.MAX_REQUESTS, help="how many it holds"),
    ] = None,
    price_kopecks: _Kopecks = None,
    valid_days: Annotated[
        int | None,
        typer.Option("--valid-days", metavar="N", min=0, max=words.MAX_DAYS, help="0: it does not expire"),
    ] = None,
    on_sale: _OnSale = None,
) -> None:
    """Make a pack on the price list, or change what is named here of it. Packs sold already stay."""
    import msgspec

    name = words.title(name)
    changes = {"requests": requests, "price_kopecks": price_kopecks, "on_sale": on_sale}
    given: dict[str, Any] = {field: value for field, value in changes.items() if value is not None}
    if valid_days is not None:
        given["valid_days"] = valid_days or None
    async with session.store() as store:
        there = next((offer for offer in await store.list_pack_offers() if offer.name == name), None)
        offer = msgspec.structs.replace(there, **given) if there else _new_pack(name, given)
        await store.save_pack_offer(offer)
    verb = ("changed", "изменён") if there else ("made", "создан")
    session.out.done(
        {**_pack_shape(offer), "created": there is None},
        f"pack «{name}»: {verb[0]}",
        f"пакет «{name}»: {verb[1]}",
    )


@command(packs, "list")
async def list_packs(session: Session) -> None:
    """The price list's packs, the smallest first."""
    async with session.store() as store:
        shapes = [_pack_shape(offer) for offer in await store.list_pack_offers()]
    session.out.result(
        {"packs": shapes},
        lambda: session.out.table(list(shapes[0]), (list(shape.values()) for shape in shapes)),
    )


def _new_plan(name: str) -> "Plan":
    """What a plan is until something else is said: no allowance, every dialect."""
    from slovomat.domain.caller import DIALECTS, Plan
    from slovomat.domain.ids import PlanId

    return Plan(id=PlanId(0), name=name, daily_requests=0, dialects=frozenset(DIALECTS), api_allowance=True)


def _new_pack(name: str, given: dict[str, Any]) -> "PackOffer":
    from slovomat.ports.store import PackOffer

    if "requests" not in given or "price_kopecks" not in given:
        raise FaultError(
            Exit.USAGE,
            f"«{name}» is a new pack: --requests and --price-kopecks are needed",
            f"«{name}» — новый пакет: нужны --requests и --price-kopecks",
        )
    return PackOffer(name=name, **given)


def _plan_shape(offer: "PlanOffer") -> dict[str, Any]:
    plan = offer.plan
    return {
        "name": plan.name,
        "daily_requests": plan.daily_requests,
        "api_allowance": plan.api_allowance,
        "rpm": plan.rpm,
        "dialects": sorted(plan.dialects),
        "price_kopecks": plan.price_kopecks,
        "period_days": plan.period_days,
        "on_sale": offer.on_sale,
    }


def _pack_shape(offer: "PackOffer") -> dict[str, Any]:
    return {
        "name": offer.name,
        "requests": offer.requests,
        "price_kopecks": offer.price_kopecks,
        "valid_days": offer.valid_days,
        "on_sale": offer.on_sale,
    }
