"""Paid time of plans: what is left of it, what it is worth, and how it becomes time of another plan.

Whole kopecks and milliseconds. Where a division does not come out even, the customer has the advantage.
"""

from collections.abc import Sequence

import msgspec

DAY_MS = 86_400_000


class Span(msgspec.Struct, frozen=True):
    """A time that was paid for, from one instant to another, and what its whole length is worth."""

    starts_at_ms: int
    ends_at_ms: int
    worth_kopecks: int

    @property
    def length_ms(self) -> int:
        """From its start to its end."""
        return self.ends_at_ms - self.starts_at_ms

    def left_ms(self, now_ms: int) -> int:
        """What of it has not passed yet."""
        return max(0, self.ends_at_ms - max(now_ms, self.starts_at_ms))


def left_kopecks(span: Span, now_ms: int) -> int:
    """What the rest of a span is worth."""
    return _up(span.worth_kopecks * span.left_ms(now_ms), span.length_ms) if span.length_ms else 0


def bought(price_kopecks: int, period_days: int, starts_at_ms: int) -> Span:
    """A period as it is sold."""
    return Span(starts_at_ms, starts_at_ms + period_days * DAY_MS, price_kopecks)


def turned(rest: Sequence[Span], into: Span, now_ms: int) -> Span:
    """A new span that has the worth of what is left of others in it, as longer time at its own price.

    A span without a price cannot take time that has one: it is left as it is.
    """
    if into.worth_kopecks == 0:
        return into
    worth = sum([left_kopecks(span, now_ms) for span in rest])
    more_ms = _up(worth * into.length_ms, into.worth_kopecks)
    return Span(into.starts_at_ms, into.ends_at_ms + more_ms, into.worth_kopecks + worth)


def shortened(span: Span, by_kopecks: int, now_ms: int) -> Span:
    """A span after money was given back for it: shorter by the time that costs so much.

    What has passed stays.
    """
    if span.length_ms == 0:
        return span
    wanted_ms = span.length_ms if by_kopecks >= span.worth_kopecks else _down(span, by_kopecks)
    cut_ms = min(wanted_ms, span.left_ms(now_ms))
    less = span.worth_kopecks * cut_ms // span.length_ms
    return Span(span.starts_at_ms, span.ends_at_ms - cut_ms, span.worth_kopecks - less)


def moved(span: Span, starts_at_ms: int) -> Span:
    """The same time, at another place."""
    return Span(starts_at_ms, starts_at_ms + span.length_ms, span.worth_kopecks)


def _down(span: Span, by_kopecks: int) -> int:
    return by_kopecks * span.length_ms // span.worth_kopecks


def _up(dividend: int, divisor: int) -> int:
    return -(-dividend // divisor)
