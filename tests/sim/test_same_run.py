"""The same seed gives the same run, and what fails is told so that it can be seen again."""

import json
import os
import subprocess
import sys

import pytest

from slovomat.simulation.plants import PLANTS
from slovomat.simulation.run import simulate
from slovomat.simulation.shrink import shrink


def slovomat(*words: str, hash_seed: str = "0") -> subprocess.CompletedProcess[str]:
    """The command, in a process whose strings hash as told."""
    environ = {**os.environ, "PYTHONHASHSEED": hash_seed, "LANG": "C.UTF-8"}
    command = [sys.executable, "-m", "slovomat", "simulate", *words]
    return subprocess.run(command, env=environ, capture_output=True, text=True, timeout=300, check=False)


def test_hashes_change_nothing() -> None:
    """Byte for byte, in processes that hash strings differently, and in this one."""
    told = [slovomat("--seed", "8", "--seeds", "2", "--json", hash_seed=seed) for seed in ("0", "1", "4711")]
    assert [run.returncode for run in told] == [0, 0, 0]
    assert len({run.stdout for run in told}) == 1
    digests = [run["digest"] for run in json.loads(told[0].stdout)["runs"]]
    assert digests == [simulate(seed, 500).digest for seed in range(8, 10)]


def test_another_seed_is_another_run() -> None:
    """The digest tells histories apart."""
    assert len({simulate(seed, 50).digest for seed in range(1, 9)}) == 8


def test_a_longer_run_begins_like_a_shorter_one() -> None:
    """What makes the shortest failing beginning worth anything."""
    short, long = simulate(3, 40), simulate(3, 80)
    same = short.history[: [line.split()[1] for line in short.history].index("nemesis")]
    assert long.history[: len(same)] == same


@pytest.mark.parametrize("plant", ["result-without-settlement", "take-over-the-living"])
def test_what_fails_is_shrunk(plant: str) -> None:
    """To the shortest beginning that fails: no shorter one does."""
    verdicts = (simulate(seed, 500, PLANTS[plant]()) for seed in range(1, 201))
    found = next(verdict for verdict in verdicts if verdict.violation is not None)
    short = shrink(found, PLANTS[plant])
    assert short.violation is not None
    assert short.steps <= found.steps
    assert simulate(found.seed, short.steps - 1, PLANTS[plant]()).violation is None
    assert short.history[-1].split()[1] == "VIOLATION"


def test_a_failing_seed_is_told() -> None:
    """The command prints the history, how to see it again, and says by its exit code that it failed."""
    run = slovomat("--seed", "1", "--steps", "60", "--plant", "answer-before-commit", "--lang", "en")
    assert run.returncode == 1
    assert "seed 1 fails" in run.stderr
    lines = run.stdout.splitlines()
    assert "VIOLATION told_before_committed" in lines[-3]
    assert lines[-1].startswith("again: slovomat simulate --seed 1 --steps ")


def test_plants_are_listed() -> None:
    """With a sentence each."""
    told = json.loads(slovomat("--plant", "list", "--json").stdout)
    assert told.keys() == PLANTS.keys()
    assert all(told.values())


def test_an_unknown_plant_is_refused() -> None:
    """By a name that is not among them."""
    assert slovomat("--plant", "weeds").returncode == 4
