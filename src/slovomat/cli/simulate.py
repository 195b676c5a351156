"""`slovomat simulate`: the whole core on a seeded loop, with faults; a failing seed prints its history."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from slovomat.cli.exits import Exit, FaultError
from slovomat.cli.session import Session

if TYPE_CHECKING:
    from slovomat.simulation.composition import Composition
    from slovomat.simulation.run import Verdict


def simulate(
    session: Session,
    *,
    seed: Annotated[int, typer.Option("--seed", metavar="N", min=0, help="the first seed")] = 1,
    steps: Annotated[int, typer.Option("--steps", metavar="K", min=0, help="steps of each run")] = 500,
    seeds: Annotated[int, typer.Option("--seeds", metavar="COUNT", min=1, help="so many seeds")] = 1,
    plant: Annotated[
        str, typer.Option("--plant", metavar="NAME", help="with this planted bug; `list` names them")
    ] = "",
) -> Exit:
    """Run the core on virtual time against faults drawn from a seed, and check every invariant."""
    if plant == "list":
        _list(session)
        return Exit.OK
    composition = _planted(plant)
    verdicts = []
    for one in range(seed, seed + seeds):
        verdicts.append(_run(session, one, steps, composition))
        if verdicts[-1].violation is not None:
            break
    _conclude(session, verdicts, plant)
    return Exit.FAILED if verdicts[-1].violation else Exit.OK


def _run(session: Session, seed: int, steps: int, composition: "type[Composition]") -> "Verdict":
    from slovomat.simulation.run import simulate as simulate_one
    from slovomat.simulation.shrink import shrink

    verdict = simulate_one(seed, steps, composition())
    if verdict.violation is None:
        if not session.out.as_json:
            session.out.line(f"{seed} {verdict.digest}")
        return verdict
    session.out.note(
        session.out.say(f"seed {seed} fails: shrinking", f"сид {seed} падает: ищу короткое начало")
    )
    return shrink(verdict, composition)


def _conclude(session: Session, verdicts: "list[Verdict]", plant: str) -> None:
    out, last = session.out, verdicts[-1]
    document: dict[str, Any] = {
        "ok": last.violation is None,
        "runs": [{"seed": one.seed, "steps": one.steps, "digest": one.digest} for one in verdicts],
        "violation": None,
        "history": [],
    }
    broken = last.violation
    if broken is not None:
        document["violation"] = {"invariant": broken.invariant, "detail": broken.detail, "step": broken.step}
        document["history"] = last.history

    def people() -> None:
        if broken is None:
            out.line(out.say(f"✓ {len(verdicts)} seeds hold", f"✓ сидов выдержано: {len(verdicts)}"))
            return
        for line in last.history:
            out.line(line)
        out.line(f"✗ {broken.invariant}: {broken.detail}")
        planted = f" --plant {plant}" if plant else ""
        again = f"slovomat simulate --seed {last.seed} --steps {last.steps}{planted}"
        out.line(out.say(f"again: {again}", f"ещё раз: {again}"))

    out.result(document, people)


def _list(session: Session) -> None:
    from slovomat.simulation.plants import PLANTS

    told = {name: (made.__doc__ or "").strip() for name, made in sorted(PLANTS.items())}
    session.out.result(told, lambda: session.out.facts(told))


def _planted(name: str) -> "type[Composition]":
    from slovomat.simulation.composition import Composition
    from slovomat.simulation.plants import PLANTS

    if not name:
        return Composition
    if name not in PLANTS:
        raise FaultError(
            Exit.NOT_FOUND, f"no plant {name}; see --plant list", f"нет закладки {name}; см. --plant list"
        )
    return PLANTS[name]
