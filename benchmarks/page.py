from typing import Any

Results = dict[str, Any]


def keep(results): ...
def write(sections): ...
