"""Modes edited while the service runs: checked, previewed, tried, compared, put in force, rolled back."""

import difflib
import hashlib
from collections.abc import Mapping

import msgspec

from slovomat.domain.mode import Prompt
from slovomat.ports.env import Env
from slovomat.ports.journal import Actor
from slovomat.ports.mode_texts import ModeText
from slovomat.ports.modes import ModeDraft, ModeFault, ModeWorkshop
from slovomat.ports.store import Store
from slovomat.ports.upstream import Upstream
from slovomat.usecases.journal import note_of
from slovomat.usecases.trial_call import try_call


class ActiveModes:
    """Keeps this process's modes as the database says. `refresh` is called a few times a second."""

    def __init__(self, store: Store, modes: ModeWorkshop) -> None:
        self._store = store
        self._modes = modes
        self._version = ""

    async def refresh(self) -> Mapping[str, ModeFault]:
        """Adopts what has changed, here or elsewhere; the texts that cannot be used, and why."""
        version = await self._store.mode_texts.version()
        if version == self._version:
            return {}
        texts = await self._store.mode_texts.active()
        self._version = version  # read before the texts: what changes in between is read again
        return self._modes.adopt({one.mode_id: one.text for one in texts})


class TrialResult(msgspec.Struct, frozen=True, kw_only=True):
    """One of a mode's own tests, as the upstream answered it; no faults is good news."""

    input: str
    answer: str
    faults: tuple[str, ...]
    latency_ms: int


class InForce(msgspec.Struct, frozen=True):
    """The text of a mode that the database or the file names. `revision` 0: the file's."""

    revision: int
    text: str

    @property
    def digest(self) -> str:
        """A form brings it back as what it was made of."""
        return hashlib.sha256(self.text.encode()).hexdigest()


class Outdated(msgspec.Struct, frozen=True):
    """Another text was put in force since the one that was edited; nothing was changed."""


Activated = int | ModeFault | Outdated


class ModeDesk:
    """What an operator does with the text of a mode. Nothing of it touches calls until `activate`."""

    def __init__(self, store: Store, modes: ModeWorkshop, upstream: Upstream | None, env: Env) -> None:
        self._store = store
        self._modes = modes
        self._upstream = upstream
        self._env = env

    def source(self, mode_id: str) -> str:
        """The text in force."""
        return self._modes.source(mode_id)

    async def versions(self, mode_id: str) -> list[ModeText]:
        """All that were ever in force, the newest first; the file's own is not among them."""
        return list(await self._store.mode_texts.versions(mode_id))

    async def in_force(self, mode_id: str) -> InForce:
        """What shall be in force: on this node it is not, should it be a text that it cannot use."""
        found = [one for one in await self._store.mode_texts.active() if one.mode_id == mode_id]
        if not found:
            return InForce(0, self._modes.file_source(mode_id))
        return InForce(found[0].revision, found[0].text)

    def check(self, mode_id: str, text: str) -> ModeFault | None:
        """What is wrong with the text, as the loader of files would say."""
        draft = self._modes.draft(mode_id, text)
        return draft if isinstance(draft, ModeFault) else None

    def preview(
        self, mode_id: str, text: str, sample: str, given: Mapping[str, object] | None = None
    ) -> Prompt | ModeFault:
        """The prompt that the text would make of a sample."""
        draft = self._modes.draft(mode_id, text)
        if isinstance(draft, ModeFault):
            return draft
        try:
            return draft.render(sample, given)
        except ValueError as error:  # a parameter outside its limits
            return ModeFault(0, str(error))

    def diff(self, mode_id: str, text: str, against: str | None = None) -> list[str]:
        """The lines that differ from the text in force, or from another, as a unified diff."""
        old = self._modes.source(mode_id) if against is None else against
        lines = difflib.unified_diff(_lines(old), _lines(text), "active", "draft", lineterm="")
        return list(lines)

    async def trials(self, mode_id: str, text: str) -> list[TrialResult] | ModeFault:
        """Sends the text's own tests to the upstream, at the operator's cost, and checks the answers."""
        draft = self._modes.draft(mode_id, text)
        if isinstance(draft, ModeFault):
            return draft
        return [await self._tried(draft, number) for number in range(len(draft.trials))]

    async def trial(self, mode_id: str, text: str, number: int) -> TrialResult | ModeFault | None:
        """Only the test of that number, from 0; None when the text has no such test."""
        draft = self._modes.draft(mode_id, text)
        if isinstance(draft, ModeFault):
            return draft
        return await self._tried(draft, number) if 0 <= number < len(draft.trials) else None

    async def _tried(self, draft: ModeDraft, number: int) -> TrialResult:
        if self._upstream is None:
            raise RuntimeError("nothing generates here")
        asked = draft.trials[number]
        tried = await try_call(self._upstream, self._env, draft.render(asked))
        faults = (tried.fault,) if tried.fault else tuple(draft.faults(number, tried.text))
        return TrialResult(input=asked, answer=tried.text.strip(), faults=faults, latency_ms=tried.latency_ms)

    async def activate(
        self, mode_id: str, text: str, actor: Actor, reason: str, since: str | None = None
    ) -> Activated:
        """Puts the text in force on every node within a second; its revision, or what is wrong with it.

        `since`: the digest of the text that was edited; another that is in force by now is not overwritten.
        """
        text = text.replace("\r\n", "\n")
        draft = self._modes.draft(mode_id, text)
        if isinstance(draft, ModeFault):
            return draft
        if not reason.strip():
            return ModeFault(0, "a reason is needed")
        present = await self.in_force(mode_id)
        if since is not None and since != present.digest:
            return Outdated()
        if text == present.text:
            return ModeFault(0, "the text is the one in force")
        details: dict[str, str | int] = {"version": draft.ref.version, "sha256": draft.ref.digest}
        note = note_of(
            actor, self._env.now_ms(), "mode_activate", reason, target=("mode", mode_id), details=details
        )
        made = await self._store.mode_texts.activate(mode_id, text, note, present.revision)
        await self._adopt()
        return Outdated() if made is None else made

    async def roll_back(self, mode_id: str, revision: int, actor: Actor, reason: str) -> bool:
        """Puts an older revision in force again, or with 0 the file; False when there is none such."""
        if not reason.strip():
            return False
        details: dict[str, str | int] = {"revision": revision}
        note = note_of(
            actor, self._env.now_ms(), "mode_roll_back", reason, target=("mode", mode_id), details=details
        )
        done = await self._store.mode_texts.choose(mode_id, revision, note)
        await self._adopt()
        return done

    async def _adopt(self) -> None:
        """This process shows at once what it has changed; the others look a few times a second."""
        self._modes.adopt({one.mode_id: one.text for one in await self._store.mode_texts.active()})


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").split("\n")
