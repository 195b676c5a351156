"""Charts: what is drawn is what was counted, and nothing in them can run or style."""

import re
from xml.etree import ElementTree

import pytest

from slovomat.web.pages.charts import HEIGHT, WIDTH, bars, ceiling, lines

DAYS = [f"{day} ноя" for day in range(1, 31)]
HOSTILE = "<script>alert(1)</script>\"'"


def parsed(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)  # noqa: S314 - ours


def heights(svg: str, kind: str = "bar-0") -> list[float]:
    return [float(found) for found in re.findall(rf'class="{kind}"[^>]* height="([\d.]+)"', svg)]


def test_bars_stand_to_each_other_as_their_values() -> None:
    """A value twice as large is twice as high, and one of nothing is not drawn."""
    drawn = heights(bars(["a", "b", "c"], [10, 20, 0], title="t"))
    assert drawn == [pytest.approx(drawn[1] / 2), drawn[1]]


def test_series_stand_upon_each_other() -> None:
    """The second series begins where the first ends."""
    svg = bars(["a"], [3], [1], title="t", names=["first", "second"])
    tops = {n: float(re.findall(rf'class="bar-{n}"[^>]* y="([\d.]+)"', svg)[0]) for n in (0, 1)}
    assert tops[1] + heights(svg, "bar-1")[0] == pytest.approx(tops[0], abs=0.2)
    assert "a: first 3, second 1" in svg


@pytest.mark.parametrize("values", [[], [0] * 30, [1], list(range(30)), [10**15] * 30])
def test_all_of_it_is_inside(values: list[int]) -> None:
    """However many values there are, and however large, the chart is well-formed and nothing sticks out."""
    for svg in (bars(DAYS[: len(values)], values, title="t"), lines(DAYS[: len(values)], values, title="t")):
        root = parsed(svg)
        for name, limit in (("x", WIDTH), ("y", HEIGHT), ("cx", WIDTH), ("cy", HEIGHT)):
            assert all(0 <= float(one.get(name, "0")) <= limit for one in root.iter())


def test_names_are_text() -> None:
    """A label or a title like markup stays text, and no style or handler is written."""
    for svg in (
        bars([HOSTILE], [1], title=HOSTILE),
        lines([HOSTILE], [1], title=HOSTILE),
    ):
        assert "<script" not in svg
        assert not re.search(r"\s(style|on\w+)=", svg)
        assert parsed(svg).findtext("title") == HOSTILE


@pytest.mark.parametrize(
    ("highest", "end"),
    [(0, 4), (3, 4), (5, 8), (9, 20), (61, 80), (100, 100), (101, 200), (1_200_000, 2_000_000)],
)
def test_the_axis_ends_at_a_round_figure(highest: int, end: int) -> None:
    """It is never below the highest value, and its four steps are whole."""
    assert ceiling(highest) == end
    assert end % 4 == 0


def test_labels_do_not_crowd() -> None:
    """Of thirty days some are named, the last one always; of seven all are."""
    month, week = (bars(DAYS[-n:], [1] * n, title="t") for n in (30, 7))
    named = re.findall(r'text-anchor="middle">([^<]+)<', month)
    assert 5 <= len(named) <= 12
    assert named[-1] == DAYS[-1]
    assert re.findall(r'text-anchor="middle">([^<]+)<', week) == DAYS[-7:]
