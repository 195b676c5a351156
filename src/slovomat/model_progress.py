"""Shows on the terminal how the embedded model comes up: a bar while it is fetched, then a line."""

import asyncio
import sys

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from slovomat.greeting import say
from slovomat.upstreams.local import Local

_LOOK_S = 0.2
_STEP_PERCENT = 10


async def show_model_progress(local: Local) -> None:
    """Runs until the model is ready or only the operator can help. Without a terminal: plain lines."""
    console = Console(file=sys.stdout)
    bar = Progress(
        TextColumn("  fetching {task.description}"),
        BarColumn(),
        DownloadColumn(),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
        transient=True,
    )
    told = -1
    with bar:
        task = bar.add_task(local.model, total=None, visible=False)
        while not local.readiness().ready and local.fault is None:
            if local.fetched is not None:
                done, total = local.fetched
                bar.update(task, description=local.model, completed=done, total=total, visible=True)
                percent = 100 * done // total
                if bar.disable and percent // _STEP_PERCENT > told:
                    told = percent // _STEP_PERCENT
                    say(f"  fetching {local.model}: {percent} % of {total // 1_000_000} MB")
            await asyncio.sleep(_LOOK_S)
    state = local.readiness()
    if state.ready:
        say(f"  model {local.model} is ready")
    else:
        say(f"  no model: {state.detail}. {state.remedy}")
