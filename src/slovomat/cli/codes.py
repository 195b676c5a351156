"""`slovomat codes …`: codes that are given away or sold elsewhere."""

import csv
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from slovomat.cli import words
from slovomat.cli.command import command, group
from slovomat.cli.exits import Exit, FaultError
from slovomat.cli.output import moment
from slovomat.cli.session import Session

if TYPE_CHECKING:
    from slovomat.ports.shop import Batch, Goods
    from slovomat.ports.store import Store

app = group("codes", "Codes: make a batch, see what became of it.")
_BY = "command line"
_COLUMNS = ("id", "created_at", "title", "codes", "redeemed", "expires_at", "note")
_FORMULA = ("=", "+", "-", "@")
"""What a cell must not begin with: a table would reckon it out."""


@command(app, "make")
async def make(
    session: Session,
    *,
    count: Annotated[int, typer.Argument(metavar="COUNT", min=1, max=10_000, help="how many codes")],
    requests: Annotated[
        int | None,
        typer.Option("--requests", metavar="N", min=1, max=words.MAX_REQUESTS, help="a pack of so many"),
    ] = None,
    valid_days: Annotated[
        int | None,
        typer.Option("--valid-days", metavar="N", min=1, max=words.MAX_DAYS, help="of the pack"),
    ] = None,
    plan: Annotated[str | None, typer.Option("--plan", metavar="NAME", help="or time of this plan")] = None,
    days: Annotated[
        int | None,
        typer.Option("--days", metavar="N", min=1, max=words.MAX_DAYS, help="default: the plan's period"),
    ] = None,
    expires: Annotated[
        str | None, typer.Option("--expires", metavar="WHEN", help="the codes': 30d, 2027-01-31")
    ] = None,
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="for yourself")] = "",
) -> None:
    """Make codes, shown this once, one a line under a heading: a CSV file."""
    from slovomat.usecases.codes import CodeOrder, make_codes

    if (requests is None) == (plan is None):
        raise FaultError(
            Exit.USAGE, "--requests or --plan, one of them", "--requests или --plan, одно из двух"
        )
    now_ms = session.env.now_ms()
    async with session.store() as store:
        goods = _pack(requests, valid_days) if requests else await _plan(session, store, plan or "", days)
        order = CodeOrder(
            goods=goods,
            count=count,
            by=_BY,
            note=words.title(note, empty=True),
            expires_at_ms=words.ends_at_ms(expires, session.settings.time_zone, now_ms) if expires else None,
        )
        made = await make_codes(store, session.env, session.secret, order)

    def people() -> None:
        session.out.line("code")
        for code in made.codes:
            session.out.line(code)

    document = {"batch": made.batch_id, "title": goods.title, "codes": list(made.codes)}
    session.out.result(document, people)


@command(app, "list")
async def list_batches(
    session: Session,
    limit: Annotated[int, typer.Option("--limit", min=1, max=100_000, help="at most so many")] = 50,
) -> None:
    """The newest batches, and how many of their codes were redeemed."""
    async with session.store() as store:
        shapes = [batch_shape(batch) for batch in await store.shop.list_batches(limit)]
    session.out.result(
        {"batches": shapes},
        lambda: session.out.table(_COLUMNS, ([shape[name] for name in _COLUMNS] for shape in shapes)),
    )


@command(app, "csv")
async def as_csv(
    session: Session,
    batch: Annotated[int, typer.Argument(metavar="BATCH", min=1, max=2**53, help="the batch's id")],
) -> None:
    """What became of a batch: who redeemed each code, and when."""
    from slovomat.domain.ids import BatchId

    async with session.store() as store:
        rows = await store.shop.batch_codes(BatchId(batch))
    if not rows:
        raise FaultError(Exit.NOT_FOUND, f"no batch {batch}", f"нет партии {batch}")
    shapes = [{"id": row.id, "email": row.email, "redeemed_at": moment(row.redeemed_at_ms)} for row in rows]

    def people() -> None:
        writer = csv.writer(sys.stdout, delimiter=";", lineterminator="\n")
        writer.writerow(("id", "email", "redeemed_at"))
        for shape in shapes:
            writer.writerow((shape["id"], _cell(shape["email"]), shape["redeemed_at"] or ""))

    session.out.result({"batch": batch, "codes": shapes}, people)


def _cell(text: Any) -> str:
    return f"'{text}" if str(text).startswith(_FORMULA) else str(text or "")


def _pack(requests: int, valid_days: int | None) -> "Goods":
    from slovomat.ports.shop import Goods

    return Goods(title=str(requests), requests=requests, valid_days=valid_days)


async def _plan(session: Session, store: "Store", name: str, days: int | None) -> "Goods":
    from slovomat.ports.shop import Goods

    offer = await session.plan(store, name)
    terms = await store.shop.plan_terms(offer.plan.name)
    if terms is None:
        raise AssertionError(f"the plan {offer.plan.name} has no version")
    return Goods(
        title=terms.name,
        plan_id=terms.plan_id,
        version_id=terms.version_id,
        period_days=days or terms.period_days,
    )


def batch_shape(batch: "Batch") -> dict[str, Any]:
    """A batch in JSON."""
    return {
        "id": batch.id,
        "title": batch.goods.title,
        "requests": batch.goods.requests,
        "valid_days": batch.goods.valid_days,
        "period_days": batch.goods.period_days,
        "codes": batch.codes,
        "redeemed": batch.redeemed,
        "note": batch.note,
        "by": batch.made_by,
        "expires_at": moment(batch.expires_at_ms),
        "created_at": moment(batch.created_at_ms),
    }
