"""`slovomat doctor`: everything that can be wrong with an instance, and the fix beside it."""

from typing import Annotated

import msgspec
import typer

from slovomat.cli import checks
from slovomat.cli.checks import Check
from slovomat.cli.exits import Exit, fault_of
from slovomat.cli.session import Session

_MACHINE = (("data", checks.data_folder), ("disk", checks.disk), ("clock", checks.clock))
_GENERATION = (("modes", checks.modes), ("upstream key", checks.upstream_key), ("model", checks.model))
_SIGNS = {"ok": "✓", "warning": "!", "fault": "✗"}


async def doctor(
    session: Session,
    *,
    call: Annotated[bool, typer.Option("--call/--no-call", help="make one real call to the upstream")] = True,
) -> Exit:
    """Look at database, books, clock, secrets, disk, modes, model, upstream; print the fix for each fault."""
    from slovomat.cli.stored_checks import stored

    settings_file = session.load().file  # broken settings end it here: nothing else could be trusted
    found = [
        Check(name="settings", state="ok", detail=str(settings_file or "–")),
        *(checks.caught(session, name, check) for name, check in _MACHINE),
        *await stored(session),
        *(checks.caught(session, name, check) for name, check in _GENERATION),
    ]
    if call and all(check.state != "fault" for check in found if check.name == "model"):
        found.append(await _upstream(session))
    sound = all(check.state != "fault" for check in found)
    out = session.out

    def people() -> None:
        for check in found:
            out.line(f"{_SIGNS[check.state]} {check.name}: {check.detail}")
            if check.fix:
                out.line(f"    → {check.fix}")

    out.result({"ok": sound, "checks": [msgspec.structs.asdict(check) for check in found]}, people)
    return Exit.OK if sound else Exit.FAILED


async def _upstream(session: Session) -> Check:
    from slovomat.cli.calling import trial_call

    try:
        answer = await trial_call(session)
    except Exception as error:
        fault = fault_of(error)
        if fault is None:
            raise
        check = checks.from_fault(session, "upstream", fault)
        fix = session.out.say(
            "check SLOVOMAT_UPSTREAM_URL, SLOVOMAT_UPSTREAM_KEY and SLOVOMAT_UPSTREAM_MODEL",
            "проверьте SLOVOMAT_UPSTREAM_URL, SLOVOMAT_UPSTREAM_KEY и SLOVOMAT_UPSTREAM_MODEL",
        )
        return msgspec.structs.replace(check, fix=fix) if session.settings.upstream_url else check
    return Check(
        name="upstream", state="ok", detail=f"{answer.upstream}, {answer.model}: {answer.latency_ms} ms"
    )
