"""Planted bugs, each of a kind that gateways have shipped; a simulation that misses them proves nothing.

A plant overrides a part of the composition. Nothing of the product knows of it.
"""

import re

from slovomat.simulation.composition import Composition
from slovomat.simulation.plants import in_money, in_queries, in_time

_MODULES = (in_money, in_queries, in_time)


def _name(plant: type[Composition]) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "-", plant.__name__).lower()


PLANTS: dict[str, type[Composition]] = {
    _name(plant): plant
    for module in _MODULES
    for plant in vars(module).values()
    if isinstance(plant, type) and issubclass(plant, Composition) and plant.__module__ == module.__name__
}
"""All of them, by name."""
