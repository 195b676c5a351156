"""The embedded model before it answers: what it tells operators and customers, in both languages."""

import asyncio
import re
from pathlib import Path

import pytest

from slovomat.domain.events import Failure, FailureKind
from slovomat.env import SystemEnv
from slovomat.ports.upstream import Readiness
from slovomat.upstreams import model_fault
from slovomat.upstreams.local import Local, LocalConfig
from slovomat.upstreams.local_supervisor import LocalSupervisor
from slovomat.upstreams.model_fault import ModelFault

CYRILLIC = re.compile("[а-яё]")


def config(folder: Path, model: str) -> LocalConfig:
    """A model that nobody loads here."""
    return LocalConfig(
        folder=folder, model=model, slots=1, gap_timeout_s=1, total_timeout_s=1, max_response_bytes=1
    )


@pytest.mark.parametrize("fault", ModelFault)
def test_faults_in_both_languages(fault: ModelFault) -> None:
    """Every fault has its reason and remedy in English and in Russian, without a path in them."""
    state = model_fault.readiness(fault, "qwen")
    assert not state.ready
    for text in (state.detail, state.remedy):
        assert text
        assert not CYRILLIC.search(text)
    for text in (state.detail_ru, state.remedy_ru):
        assert CYRILLIC.search(text)
    assert "qwen" in state.detail
    assert "qwen" in state.detail_ru
    assert not re.search(
        r"(^|\s)[/~]", " ".join((state.detail, state.remedy, state.detail_ru, state.remedy_ru))
    )


def test_faults_that_pass() -> None:
    """Only what is tried again and often goes away by itself is passing."""
    passing = {fault for fault in ModelFault if model_fault.readiness(fault, "").passing}
    assert passing == {ModelFault.NO_NETWORK, ModelFault.CRASHED}


def test_progress_is_passing(tmp_path: Path) -> None:
    """What is under way is told in both languages, and gets better by itself."""
    supervisor = LocalSupervisor(config(tmp_path, "qwen"), SystemEnv())
    for state in (supervisor.readiness, _fetching(supervisor)):
        assert (state.ready, state.remedy, state.remedy_ru, state.passing) == (False, "", "", True)
        assert CYRILLIC.search(state.detail_ru)
        assert state.detail
    assert supervisor.readiness.detail == "fetching qwen: 25 %"
    assert supervisor.readiness.detail_ru == "скачивается qwen: 25 %"


def _fetching(supervisor: LocalSupervisor) -> Readiness:
    supervisor._progress(1, 4)
    return supervisor.readiness


@pytest.mark.anyio
async def test_fault_hides_the_folder(tmp_path: Path) -> None:
    """A data folder that cannot be used is named in the log alone, never to a customer."""
    (tmp_path / "file").write_text("")
    async with asyncio.TaskGroup() as tasks:
        local = Local(config(tmp_path / "file" / "models", "smollm2-135m"), SystemEnv(), tasks.create_task)
        assert local.readiness().passing
        await local.start()
        async with asyncio.timeout(10):
            while local.fault is None:  # noqa: ASYNC110 - the supervisor has no event for it
                await asyncio.sleep(0.01)
        state = local.readiness()
        failed = await local.complete(b"}")
        await local.stop()
    told = " ".join((state.detail, state.remedy, state.detail_ru, state.remedy_ru))
    assert str(tmp_path) not in told
    assert isinstance(failed, Failure)
    assert failed.kind is FailureKind.UNAVAILABLE
    assert (state.passing, failed.retry_after_ms) == (False, None)
