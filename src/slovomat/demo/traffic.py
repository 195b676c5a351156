"""When the made-up people write, and what: a curve over the day, another for weekends, some bad luck."""

import msgspec

from slovomat.demo.chance import DemoEnv
from slovomat.demo.people import Habit, Somebody

HOUR_MS, DAY_MS = 3_600_000, 86_400_000
SITE, CHAT, JOB, OLD_JOB = "site", "openai", "textbot", "chatinfo"


class Manner(msgspec.Struct, frozen=True):
    """Calls on a working day and at the weekend, their share by hour, the ways in, and the modes."""

    workday: tuple[int, int]
    weekend: tuple[int, int]
    hours: tuple[int, ...]
    ways: tuple[str, ...]
    modes: tuple[str, ...]


_OFFICE = (0, 0, 0, 0, 0, 0, 1, 2, 5, 9, 12, 11, 8, 7, 10, 11, 9, 6, 3, 2, 1, 1, 0, 0)
_EVENING = (1, 0, 0, 0, 0, 0, 1, 3, 4, 5, 5, 4, 4, 4, 4, 5, 5, 6, 7, 9, 11, 10, 6, 3)
_NIGHT = (7, 5, 3, 1, 0, 0, 0, 0, 1, 2, 3, 4, 3, 4, 4, 5, 5, 5, 6, 7, 9, 11, 12, 9)

MANNERS = {
    Habit.LIVELY: Manner(
        (14, 36),
        (4, 15),
        _EVENING,
        (SITE, SITE, CHAT, CHAT, JOB),
        ("post", "article", "names", "rewrite", "shorter", "plan", "text", "chat", "answer", "poems"),
    ),
    Habit.SHOP: Manner(
        (14, 30), (0, 4), _OFFICE, (JOB, JOB, JOB, OLD_JOB), ("article", "post", "rewrite", "originality")
    ),
    Habit.WRITER: Manner(
        (3, 9), (2, 8), _EVENING, (SITE, SITE, SITE, CHAT), ("text", "story", "continue", "post", "rewrite")
    ),
    Habit.CODER: Manner((2, 9), (1, 7), _NIGHT, (CHAT,), ("chat", "code", "answer", "task")),
    Habit.GUEST: Manner((0, 2), (0, 2), _EVENING, (SITE,), ("poems", "names", "essay", "answer", "summary")),
}
_ODD_LUCK = (
    ("released", "upstream_timeout"),
    ("released", "upstream_error"),
    ("released", "upstream_error"),
    ("released", "client_left"),
)
_BAD_DAY, _BAD_HOURS = 17, range(14, 17)
"""One afternoon on which the upstream was ill: every operator has had one."""
_BAD_PERCENT, _ODD_PERCENT = 45, 2


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """One generation that somebody wants. `state`, `reason`: how it will end."""

    at_ms: int
    who: Somebody
    way: str
    mode: str
    state: str
    reason: str
    took_ms: int


def wishes(env: DemoEnv, who: Somebody, day: int, midnight_ms: int, weekend: bool) -> list[Wish]:
    """What somebody wants on a day of the history, in no order."""
    manner = MANNERS[who.habit]
    least, most = manner.weekend if weekend else manner.workday
    return [_wish(env, who, day, midnight_ms) for _ in range(env.between(least, most))]


def _wish(env: DemoEnv, who: Somebody, day: int, midnight_ms: int) -> Wish:
    manner = MANNERS[who.habit]
    hour = env.weighed(manner.hours)
    ill = day == _BAD_DAY and hour in _BAD_HOURS
    unlucky = env.happens(_BAD_PERCENT if ill else _ODD_PERCENT)
    state, reason = _ODD_LUCK[env.below(2) if ill else env.below(len(_ODD_LUCK))] if unlucky else ("", "")
    return Wish(
        at_ms=midnight_ms + hour * HOUR_MS + env.below(HOUR_MS),
        who=who,
        way=env.pick(manner.ways),
        mode=env.pick(manner.modes),
        state=state or "settled",
        reason=reason,
        took_ms=_took(env) * (3 if ill else 1),
    )


def _took(env: DemoEnv) -> int:
    """Mostly some seconds, now and then many."""
    base = env.between(1_600, 5_200) + env.below(2_500)
    return base * 3 if env.happens(6) else base
