"""One real call to the upstream that the settings name, apart from the service."""

import asyncio
import contextlib
import logging
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from slovomat.cli.exits import Exit, FaultError
from slovomat.domain.events import Completion, Failure
from slovomat.domain.mode import Prompt

if TYPE_CHECKING:
    from slovomat.cli.session import Session
    from slovomat.ports.upstream import Upstream
    from slovomat.settings import Settings
    from slovomat.upstreams.weights_table import Model

_LOADING_S = 180.0
_LOOK_AGAIN_S = 0.05
_TRIAL = Prompt(system="", user="Reply with one word: ready", temperature=0, max_tokens=16)


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What a call brought, and how long it took."""

    upstream: str
    model: str
    text: str
    latency_ms: int
    prompt_tokens: int
    completion_tokens: int


async def trial_call(session: "Session") -> Answer:
    """The smallest call that proves the upstream. Raises FaultError or ModelError."""
    async with upstream(session) as one:
        return await ask(session, one, _TRIAL)


async def ask(session: "Session", upstream: "Upstream", prompt: Prompt) -> Answer:
    """One plain generation. Raises FaultError where the upstream failed."""
    from slovomat.usecases.jobs import chat_body

    began_s = session.env.monotonic_s()
    outcome = await upstream.complete(chat_body(prompt))
    latency_ms = round((session.env.monotonic_s() - began_s) * 1000)
    match outcome:
        case None:
            raise AssertionError("nobody else abandons this call")
        case Failure():
            raise _failed(upstream, outcome)
        case Completion():
            return Answer(
                upstream=upstream.name,
                model=upstream.model,
                text=outcome.text.strip(),
                latency_ms=latency_ms,
                prompt_tokens=outcome.usage.prompt_tokens,
                completion_tokens=outcome.usage.completion_tokens,
            )


@contextlib.asynccontextmanager
async def upstream(session: "Session") -> AsyncIterator["Upstream"]:
    """The upstream that the settings name, ready. Raises FaultError or ModelError when it cannot be."""
    from slovomat.main import CannotStartError, make_upstream

    settings = session.settings
    _log_errors_alone()
    if not settings.upstream_url:
        _must_be_there(settings, model_wanted(settings).name)
    async with asyncio.TaskGroup() as tasks:
        try:
            one = make_upstream(settings, session.env, tasks.create_task)
        except CannotStartError as error:
            raise FaultError(Exit(error.exit_code), str(error), str(error)) from None
        await one.start()
        try:
            await _loaded(one)
            yield one
        finally:
            await one.stop()


def model_folder(settings: "Settings") -> Path:
    """Where the embedded models' files are."""
    return settings.data / "models"


def model_wanted(settings: "Settings") -> "Model":
    """The embedded model that the service would run. Raises ModelError for an unknown name."""
    from slovomat.upstreams import weights, weights_table
    from slovomat.upstreams.model_fault import ModelError, ModelFault

    folder = model_folder(settings)
    if settings.local_model:
        if settings.local_model not in weights_table.models():
            raise ModelError(ModelFault.UNKNOWN_MODEL, f"there is no model {settings.local_model!r}")
        return weights_table.models()[settings.local_model]
    have = [state.name for state in weights.list_models(folder) if state.ready]
    memory_bytes = weights_table.free_memory_bytes()
    return weights_table.choose(memory_bytes, weights_table.free_disk_bytes(folder), have)


def _must_be_there(settings: "Settings", name: str) -> None:
    """A command must not begin to fetch a gigabyte unasked."""
    from slovomat.upstreams import weights

    states = {state.name: state for state in weights.list_models(model_folder(settings))}
    if not states[name].ready:
        raise FaultError(
            Exit.UPSTREAM,
            f"the model {name} is not there: run `slovomat model pull`, or name an upstream:"
            " SLOVOMAT_UPSTREAM_URL",
            f"модели {name} нет: выполните `slovomat model pull` или укажите сервис: SLOVOMAT_UPSTREAM_URL",
        )


async def _loaded(upstream: "Upstream") -> None:
    """Waits until the model answers, or has said why it will not."""
    try:
        async with asyncio.timeout(_LOADING_S):
            while not (state := upstream.readiness()).ready:
                if state.remedy:
                    detail = f"{state.detail}; {state.remedy}"
                    raise FaultError(Exit.UPSTREAM, detail, detail)
                await asyncio.sleep(_LOOK_AGAIN_S)
    except TimeoutError:
        raise FaultError(
            Exit.UPSTREAM,
            f"the model was not loaded in {_LOADING_S:.0f} s",
            f"модель не загрузилась за {_LOADING_S:.0f} с",
        ) from None


def _failed(upstream: "Upstream", failure: Failure) -> FaultError:
    said = f"{upstream.name} ({upstream.model}): {failure.kind}: {failure.detail}"
    if failure.body:
        said += f": {' '.join(failure.body.decode('utf-8', 'replace').split())[:500]}"
    return FaultError(Exit.UPSTREAM, said, said)


def _log_errors_alone() -> None:
    """A command's standard output is its result: the service's log would spoil it."""
    import structlog

    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
