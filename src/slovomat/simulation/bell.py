"""How nodes wake each other: a word that may come late, or never."""

from collections.abc import Callable

from slovomat.simulation.loop import Life, VirtualLoop
from slovomat.simulation.weather import Weather


class Bell:
    """Rung by one life, heard by the others."""

    def __init__(self, loop: VirtualLoop, weather: Weather) -> None:
        self._loop = loop
        self._weather = weather
        self._ears: list[tuple[Life, Callable[[], None]]] = []

    def listen(self, life: Life, callback: Callable[[], None]) -> None:
        """This life hears it from now on."""
        self._ears = [(other, call) for other, call in self._ears if other.alive]
        self._ears.append((life, callback))

    def ring(self, by: Life) -> None:
        """Tells all others."""
        for life, callback in self._ears:
            if life is not by and not self._weather.loses_message():
                self._loop.call_later(self._weather.travel_s(), callback, context=life.context)
