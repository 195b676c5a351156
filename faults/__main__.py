"""`./dev faults`: plays the faults of the scorecard against the real service, and keeps the score."""

import argparse
import signal
import sys
import time

import msgspec

from faults import record, report
from faults.lanes import Lanes
from faults.record import Piece
from faults.row import Row
from faults.running import Played, play_long, play_once
from faults.scorecard import load_rows

_COLUMNS = ("row", "set-up", "volume", "unit", "also", "violations", "time", "notes")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev faults", description=__doc__)
    parser.add_argument("--list", action="store_true", help="the rows and where their volume is held")
    parser.add_argument("--release", action="store_true", help="at release volumes, recorded in docs/")
    parser.add_argument("--row", action="append", metavar="NAME", help="only this row (repeatable)")
    parser.add_argument("--set-up", action="append", metavar="NAME", help="only this set-up (repeatable)")
    parser.add_argument("--minutes", type=float, metavar="N", help="of a release run, all rows together")
    parser.add_argument(
        "--lanes", type=int, default=2, metavar="N", help="rows at once, not of a release (2)"
    )
    parser.add_argument("--json", action="store_true", help="the results as JSON")
    parser.add_argument("--seed", type=int, metavar="N", help="of the first round (default 1; of the clock)")
    return parser.parse_args()


def _chosen(asked: argparse.Namespace) -> list[tuple[Row, str]]:
    rows = load_rows()
    names = {name.upper() for name in asked.row or ()}
    if unknown := names - {row.name for row in rows}:
        sys.exit(f"no such row: {', '.join(sorted(unknown))}; ./dev faults --list")
    return [
        (row, set_up)
        for row in rows
        if not names or row.name in names
        for set_up in row.set_ups
        if not asked.set_up or set_up in asked.set_up
    ]


def _every_change(chosen: list[tuple[Row, str]], asked: argparse.Namespace) -> list[Played]:
    """What ./dev test does not have already, unless it is asked for by name."""
    due = [(row, set_up) for row, set_up in chosen if row.c or asked.row]
    if len(due) > 1 and asked.lanes > 1:
        return Lanes(asked.lanes, asked.seed or 1, _tell_of).play(due)
    played = []
    for row, set_up in due:
        played.append(play_once(row, set_up, asked.seed or 1))
        _tell_of(played[-1])
    return played


def _release(chosen: list[tuple[Row, str]], asked: argparse.Namespace) -> list[Played]:
    """Each row and set-up has its share of the time that is left; what it does not need goes to the next."""
    until_s = time.monotonic() + asked.minutes * 60 if asked.minutes else float("inf")
    seed = asked.seed or int(time.time())
    commit, played = record.commit(), []
    for index, (row, set_up) in enumerate(chosen):
        shares = sum(later.share for later, _ in chosen[index:])
        seconds = (until_s - time.monotonic()) * row.share / shares
        left = row.goal - record.volume(record.read(), row.name, set_up)
        if left <= 0 or seconds <= 0:
            continue
        _tell(f"{row.name} on {set_up}: {left:,} {row.unit} to go, {report.duration(seconds)}: {row.fault}")
        for piece in play_long(row, set_up, seed, left, seconds):
            played.append(piece)
            _keep(piece, commit)
            _tell_of(piece)
    return played


def _keep(played: Played, commit: str) -> None:
    result = played.result
    if result.skipped:
        return
    record.append(
        Piece(
            date=record.today(),
            commit=commit,
            row=played.row.name,
            set_up=played.set_up,
            volume=result.volume,
            violations=len(result.violations),
            seconds=round(result.seconds, 1),
            seed=played.seed,
            also=result.also,
            details=result.violations[:10],
        )
    )
    report.PAGE.write_text(report.page(load_rows(), record.read()), "utf-8")


def _tell_of(played: Played) -> None:
    for violation in played.result.violations:
        _tell(f"  VIOLATION (seed {played.seed}): {violation}")
    _tell(" ".join(_cells(played)[:4]) + ": " + ", ".join(filter(None, _cells(played)[4:])))


def _cells(played: Played) -> tuple[str, ...]:
    result = played.result
    also = ", ".join(f"{count:,} {name}" for name, count in result.also.items())
    broken = "skipped" if result.skipped else f"{len(result.violations)} violations"
    notes = result.skipped or "; ".join(result.notes)
    shown = (f"{result.volume:,}", played.row.unit, also, broken, report.duration(result.seconds), notes)
    return (played.row.name, played.set_up, *shown)


def _list(chosen: list[tuple[Row, str]]) -> None:
    for row in dict.fromkeys(row for row, _ in chosen):
        print(f"{row.name}  {row.fault}\n    passes when: {row.passes}")
        print(
            f"    on {', '.join(row.set_ups)}; {row.c:,} {row.unit} each change, {row.r:,} before a release"
        )
        for test in row.tests:
            print(f"    ./dev test {test}")


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _end(*_: object) -> None:
    """As on Ctrl-C: what was started is ended, what was recorded stays."""
    raise KeyboardInterrupt


def main() -> int:
    """0 when nothing was violated."""
    asked = _arguments()
    signal.signal(signal.SIGTERM, _end)
    chosen = _chosen(asked)
    if asked.list:
        _list(chosen)
        return 0
    try:
        played = (_release if asked.release else _every_change)(chosen, asked)
    except KeyboardInterrupt:
        _tell("ended from outside; what was recorded stays")
        return 130
    results = [one.result for one in played]
    print(
        msgspec.json.encode(results).decode()
        if asked.json
        else report.table([_COLUMNS, *map(_cells, played)])
    )
    return 1 if any(result.violations for result in results) else 0


if __name__ == "__main__":
    sys.exit(main())
