"""What the disk under the books takes for a sync: the least that an answer after a commit can take."""

import os
import time
from pathlib import Path
from statistics import quantiles
from typing import Any

_SYNCS, _PAGE_BYTES = 200, 4096
_PAUSE_S = 0.005


def sync_row(folder: Path) -> dict[str, Any]:
    """Median and 99th percentile of appending a page and waiting for the disk, now and then."""
    taken_ms = []
    with (folder / "synced").open("ab", buffering=0) as file:
        for _ in range(_SYNCS):
            time.sleep(_PAUSE_S)
            began_s = time.perf_counter()
            file.write(b"\0" * _PAGE_BYTES)
            os.fdatasync(file.fileno())
            taken_ms.append((time.perf_counter() - began_s) * 1000)
    cuts = quantiles(taken_ms, n=100)
    return {"load": "sync of 4 KB", "server": "disk", "p50_ms": cuts[49], "p99_ms": cuts[98]}
