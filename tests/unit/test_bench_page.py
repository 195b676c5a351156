"""The benchmark's goals, floors and page, of results made up here."""

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from benchmarks import page, quick, throughput
from benchmarks.goals import GOALS, Results, slowness
from benchmarks.rounds import OURS, REFERENCE, Figures, rows
from benchmarks.scale import Axis, Scale

CHAT = next(goal for goal in GOALS if goal.what == "chat, of nginx")


def figures(cpu_us: float) -> Figures:
    """A round in which a request took so much CPU time."""
    return Figures(1e6 / cpu_us, 0, 1, 2, 3, 1, 3, cpu_us, 0, 20, 0)


def results(ours_us: float) -> Results:
    """Three rounds of chat calls on the service and on nginx, which takes 20 µs."""
    found = {
        ("chat", OURS): [figures(ours_us), figures(ours_us * 9), figures(ours_us)],
        ("chat", REFERENCE): [figures(20)] * 3,
    }
    taken = {"on": "now", "commit": "x", "machine": "m", "cores": 2, "pinned": True, "python": "3"}
    return {"throughput": {**taken, "rows": rows(found)}}


def test_a_floor_compares_medians_of_cpu_time() -> None:
    """One bad round of three moves nothing, and the ratio is nginx's time over ours."""
    assert CHAT.read(results(ours_us=50)) == 0.4
    assert slowness(results(ours_us=50)) == 2.0


def test_a_floor_gives_way_only_below_it() -> None:
    """7 % of nginx is held, less is not; what was not measured is None."""
    assert CHAT.floor is not None
    assert CHAT.held(CHAT.read(results(ours_us=20 / 0.08)) or 0, CHAT.floor)
    assert not CHAT.held(CHAT.read(results(ours_us=20 / 0.06)) or 0, CHAT.floor)
    assert CHAT.read({}) is None


def test_every_floor_that_gives_way_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """A clear line for each; what cannot be measured is said, and passed over."""
    assert quick.told(CHAT, results(ours_us=50), pinned=True)
    assert not quick.told(CHAT, results(ours_us=400), pinned=True)
    assert quick.told(CHAT, {}, pinned=True)
    held, gave_way, skipped = capsys.readouterr().out.splitlines()
    assert held == "held      chat, of nginx: 0.40, floor at least 0.07"
    assert gave_way == "NOT HELD  chat, of nginx: 0.05, floor at least 0.07"
    assert skipped.startswith("skipped   chat, of nginx: floor at least 0.07; not to be measured here")


def test_the_page_is_drawn_of_kept_results_alone(tmp_path: Path) -> None:
    """Sections kept at other times stay, the page names goals and figures, and plots are sound SVG."""
    page.keep({"streams": {"rows": []}}, tmp_path)
    page.keep(results(ours_us=40), tmp_path)
    kept = json.loads((tmp_path / "benchmarks" / "results.json").read_text("utf-8"))
    assert set(kept) == {"streams", "throughput"}
    page.write([throughput.SECTION], tmp_path)
    text = (tmp_path / "benchmarks.md").read_text("utf-8")
    assert "| chat, of nginx | ≥ 0.40 | ≥ 0.07 | 0.50 | reached |" in text
    assert "| chat | slovomat | 25,000 |" in text
    drawn = ElementTree.parse(tmp_path / "benchmarks" / "throughput.svg")  # noqa: S314 - written here
    assert drawn.getroot().attrib["role"] == "img"


def test_axes_hold_all_values() -> None:
    """The first and last ticks are round figures around what is shown."""
    for values in ([250, 32_000], [3, 3], [0.02, 7], [99_999]):
        scale = Scale(Axis("log", log=True), values, 0, 100)
        assert scale.ticks[0] <= min(values)
        assert scale.ticks[-1] >= max(values)
        assert -0.001 <= scale.at(min(values)) <= scale.at(max(values)) <= 100.001
    assert Scale(Axis("linear"), [0, 401], 0, 100).ticks == [0, 100, 200, 300, 400, 500]
