"""`./dev bench --quick`: what has a floor in the table of goals, measured within two minutes and held."""

from benchmarks import memory, start, streams
from benchmarks.goals import GOALS, Goal, Results
from benchmarks.loads import STREAM, make_loads
from benchmarks.report import table, wrong
from benchmarks.rounds import OURS, Loop, Server, in_rounds, rows
from benchmarks.section import Effort, Row
from benchmarks.stage import Stage
from benchmarks.throughput import SECTION as THROUGHPUT
from benchmarks.throughput import reference

_SECONDS = 1.0
_ROUNDS = 3
_STARTS = 3
_STREAMS = Effort(seconds=3.0, rounds=1)


def held(stage: Stage) -> int:
    """Prints the figures and every floor's fate; 1 when one gave way or an answer was wrong."""
    measured = {
        THROUGHPUT: _throughput(stage),
        streams.SECTION: streams.measured(stage, _STREAMS, (streams.MANY,), compared=False),
        memory.SECTION: memory.measured(stage, (0, memory.MOST)),
        start.SECTION: start.measured(stage, _STARTS),
    }
    for section, found in measured.items():
        print(table(section, found))
    results: Results = {section.name: {"rows": found} for section, found in measured.items()}
    gave_way = [goal.what for goal in GOALS if not told(goal, results, stage.cores.pinned)]
    mistakes = sum(map(wrong, measured.values()))
    if mistakes:
        print(f"wrong answers: {mistakes}")
    if gave_way:
        print("floors not held: " + "; ".join(gave_way))
    return 1 if gave_way or mistakes else 0


def _throughput(stage: Stage) -> list[Row]:
    with stage.nodes(1) as (node,):
        loads = [load for load in make_loads(node) if load.name != STREAM]
        servers = [Server(OURS, [(node.pid, node.port)], loads), *reference(stage, loads)]
        return rows(in_rounds(stage, servers, Loop(_SECONDS), _ROUNDS))


def told(goal: Goal, results: Results, pinned: bool) -> bool:
    """Says how the floor fares; False when it gave way."""
    if goal.floor is None:
        return True
    limit = f"floor {'at most' if goal.at_most else 'at least'} {goal.floor:{goal.form}}"
    value = goal.read(results)
    if value is None or (goal.cores and not pinned):
        print(f"skipped   {goal.what}: {limit}; not to be measured here (nginx and two cores are needed)")
        return True
    kept = goal.held(value, goal.floor)
    print(f"{'held    ' if kept else 'NOT HELD'}  {goal.what}: {value:{goal.form}}, {limit}")
    return kept
