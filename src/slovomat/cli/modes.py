"""`slovomat modes …`: the prompt modes, packaged and the operator's own."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from slovomat.cli.command import command, group
from slovomat.cli.exits import Exit, FaultError
from slovomat.cli.session import Session

if TYPE_CHECKING:
    from slovomat.cli.calling import Answer
    from slovomat.domain.mode import Prompt
    from slovomat.modes import Mode, Modes
    from slovomat.ports.upstream import Upstream

app = group("modes", "Prompt modes: list, show, check, try.")
ModeId = Annotated[str, typer.Argument(metavar="MODE", help="the mode's id")]


@command(app, "list")
def list_all(session: Session) -> None:
    """Every mode with its version and file."""
    from slovomat.modes.packaged import PACKAGED

    shapes = [
        {
            "id": one.id,
            "title": one.title,
            "version": one.version,
            "sha256": one.digest,
            "packaged": one.path.parent == PACKAGED,
            "file": str(one.path),
        }
        for one in _load(session).listing(session.out.language)
    ]
    session.out.result(
        {"modes": shapes},
        lambda: session.out.table(
            ("id", "title", "version", "sha256", "packaged"),
            (
                (one["id"], one["title"], one["version"], str(one["sha256"])[:12], one["packaged"])
                for one in shapes
            ),
        ),
    )


@command(app, "show")
def show(session: Session, mode: ModeId) -> None:
    """A mode's file, to start your own from."""
    import msgspec

    found = _mode(_load(session), mode)
    header = msgspec.to_builtins(found.header)
    document = {
        **header,
        "tests": len(found.header.tests),
        "sha256": found.ref.digest,
        "file": str(found.path),
        "source": found.source,
    }
    session.out.result(document, lambda: session.out.line(found.source.rstrip("\n")))


@command(app, "check")
async def check(
    session: Session,
    live: Annotated[
        bool, typer.Option("--live", help="send the files' own tests to the upstream and check the answers")
    ] = False,
    mode: Annotated[str | None, typer.Option("--mode", metavar="MODE", help="with --live: only this")] = None,
) -> Exit:
    """Check every mode file; with --live, what the upstream makes of them."""
    faults = list(_file_faults(session))
    trials: list[dict[str, Any]] = []
    if live and not faults:
        modes = _load(session)
        async for trial in _live(session, modes, [mode] if mode else list(modes.ids())):
            trials.append(trial)
    bad = [trial for trial in trials if trial["faults"]]
    document: dict[str, Any] = {"ok": not faults and not bad, "faults": faults}
    if live:
        document["trials"] = trials
    out = session.out

    def people() -> None:
        for fault in faults:
            out.line(f"✗ {fault}")
        if live and not faults:
            kept = len(trials) - len(bad)
            out.line(
                out.say(f"{kept} of {len(trials)} trials passed", f"прошло проверок: {kept} из {len(trials)}")
            )
        elif not faults:
            out.line(out.say("✓ every mode file is sound", "✓ все файлы режимов исправны"))

    out.result(document, people)
    return Exit.OK if document["ok"] else Exit.FAILED


@command(app, "try")
async def try_mode(
    session: Session,
    mode: ModeId,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="the text; - reads it from standard input")],
    params: Annotated[
        list[str] | None, typer.Option("--param", metavar="NAME=VALUE", help="a parameter; repeat for more")
    ] = None,
) -> None:
    """Send a text to the upstream in a mode; print the answer, and what the mode's own checks find."""
    import msgspec

    from slovomat.cli.calling import ask, upstream
    from slovomat.modes.trial import check_answer

    text = read_text(text)
    found = _mode(_load(session), mode)
    prompt: Prompt = found.render(text, _pairs(params or []))
    async with upstream(session) as one:
        answer = await ask(session, one, prompt)
    test = msgspec.structs.replace(found.header.tests[0], input=text)
    faults = check_answer(found, test, answer.text)

    def people() -> None:
        session.out.line(answer.text)
        for fault in faults:
            session.out.note(f"✗ {fault}")

    session.out.result({"mode": mode, **msgspec.structs.asdict(answer), "faults": faults}, people)


def read_text(text: str) -> str:
    """The text itself, or standard input for `-`; the fault when there is nothing in it."""
    if text == "-":
        text = sys.stdin.buffer.read().decode("utf-8", "replace")
    if not text.strip():
        raise FaultError(Exit.USAGE, "the text is empty", "текст пуст")
    return text.encode("utf-8", "replace").decode()


def _load(session: Session) -> "Modes":
    from slovomat.modes import load_modes

    return load_modes(session.settings.modes_dir)


def _mode(modes: "Modes", mode: str) -> "Mode":
    if modes.ref(mode) is None:
        known = ", ".join(modes.ids())
        raise FaultError(
            Exit.NOT_FOUND, f"no mode {mode!r}; there are: {known}", f"нет режима {mode!r}; есть: {known}"
        )
    return modes.mode(mode)


def _file_faults(session: Session) -> Iterator[str]:
    """Every broken file, not the first alone; then what only the whole folder can be blamed for."""
    from slovomat.modes import BrokenMode, load_mode, load_modes
    from slovomat.modes.packaged import PACKAGED, SUFFIX

    own: Path | None = session.settings.modes_dir
    seen: set[str] = set()
    for folder in (PACKAGED, own):
        for path in sorted(folder.glob(f"*{SUFFIX}")) if folder else ():
            if path.name.startswith("."):
                continue
            try:
                load_mode(path)
            except BrokenMode as error:
                seen.add(str(error))
                yield str(error)
    try:
        load_modes(own)
    except BrokenMode as error:
        if str(error) not in seen:
            yield str(error)


async def _live(session: Session, modes: "Modes", ids: list[str]) -> Any:
    from slovomat.cli.calling import upstream

    async with upstream(session) as one:
        for mode_id in ids:
            found = _mode(modes, mode_id)
            for number in range(len(found.header.tests)):
                yield await _one_trial(session, one, found, number)


async def _one_trial(session: Session, upstream: "Upstream", mode: "Mode", number: int) -> dict[str, Any]:
    from slovomat.cli.calling import ask
    from slovomat.modes.trial import check_answer

    test = mode.header.tests[number]
    answer: Answer = await ask(session, upstream, mode.render(test.input))
    faults = check_answer(mode, test, answer.text)
    if not session.out.as_json:
        told = "; ".join(faults) or f"{len(answer.text)} chars, {answer.latency_ms} ms"
        session.out.line(f"{'✗' if faults else '✓'} {mode.ref.id} {number + 1}: {told}")
    return {"mode": mode.ref.id, "test": number + 1, "latency_ms": answer.latency_ms, "faults": faults}


def _pairs(params: list[str]) -> dict[str, object]:
    pairs: dict[str, object] = {}
    for param in params:
        name, equals, value = param.partition("=")
        if not equals:
            raise FaultError(
                Exit.USAGE,
                f"--param takes NAME=VALUE, not {param!r}",
                f"--param — это NAME=VALUE, не {param!r}",
            )
        pairs[name] = value
    return pairs
