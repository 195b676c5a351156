"""Rendered pages, kept by everything that they were made of, so that nothing has to be made void."""

from collections import OrderedDict
from collections.abc import Callable, Hashable

# Every page in both languages with and without a chosen one is 32, their notices as many again.
_PAGES_MAX = 128


class Shelf:
    """At most `pages_max` pages; the one that was not asked for the longest leaves first."""

    def __init__(self, pages_max: int = _PAGES_MAX) -> None:
        self._pages_max = pages_max
        self._pages: OrderedDict[Hashable, bytes] = OrderedDict()

    def page(self, made_of: Hashable, render: Callable[[], str]) -> bytes:
        """The page made of these facts, rendered at the first call. `made_of` must hold all that it shows."""
        kept = self._pages.get(made_of)
        if kept is not None:
            self._pages.move_to_end(made_of)
            return kept
        if len(self._pages) >= self._pages_max:
            self._pages.popitem(last=False)
        made = self._pages[made_of] = render().encode()
        return made
