"""Modules are named by nouns of the field."""

import re
from pathlib import Path

from tests.tidy.source import modules

EMPTY_NAMES = re.compile(r"^(utils?|common|helpers?|managers?|misc|stuff|base|tools?|lib|core|shared)$")


def test_no_module_has_an_empty_name() -> None:
    """A drawer for everything becomes one."""
    names = [(module.name, part) for module in modules() for part in Path(module.name).with_suffix("").parts]
    assert [name for name, part in names if any(EMPTY_NAMES.match(word) for word in part.split("_"))] == []
