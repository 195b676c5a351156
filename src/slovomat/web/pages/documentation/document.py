"""The documentation page as data: sections of calls, the modes, and the table of all errors."""

from collections.abc import Mapping, Sequence

import msgspec

from slovomat.dialects.calls import Dialect, Terms
from slovomat.dialects.registry import all_dialects
from slovomat.dialects.texts import message
from slovomat.domain.caller import DIALECTS
from slovomat.domain.mode import ModeParameter
from slovomat.domain.refusal import Code
from slovomat.web.pages.documentation.examples import Call, calls, refusal, sample
from slovomat.web.pages.documentation.scene import Scene
from slovomat.web.pages.samples import NO_KEY, Sample, samples


class Section(msgspec.Struct, frozen=True):
    """One dialect: what it costs, its calls, and programs that make them."""

    name: str
    terms: Terms
    calls: tuple[Call, ...]
    samples: tuple[Sample, ...]


class ErrorRow(msgspec.Struct, frozen=True):
    """One refusal: its status in each dialect, and the words of the common catalogue."""

    when: str
    statuses: tuple[int, ...]
    words: str


class ModeRow(msgspec.Struct, frozen=True):
    """One mode, with what it lets people choose."""

    id: str
    title: str
    parameters: tuple[ModeParameter, ...]


class Documentation(msgspec.Struct, frozen=True):
    """Everything that the page shows beside its prose. `first`: the first call, in every language."""

    key_shown: str | None
    first: tuple[Sample, ...]
    sections: tuple[Section, ...]
    modes: tuple[ModeRow, ...]
    errors: tuple[ErrorRow, ...]


def document(scenes: Mapping[str, Scene], *, prompt: str, key_shown: str | None = None) -> Documentation:
    """The documentation, of a scene for each dialect. `prompt`: the samples' question; `key_shown`: the
    beginning of the reader's key."""
    dialects = in_order()
    any_scene = scenes[dialects[0].name]
    key = f"{key_shown}..." if key_shown else NO_KEY
    return Documentation(
        key_shown,
        samples("openai", any_scene.voice.site, any_scene.model, prompt, key),
        tuple(_section(one, scenes[one.name], prompt, key) for one in dialects),
        tuple(_mode(mode_id, any_scene) for mode_id in any_scene.modes.ids()),
        tuple(_row(code, dialects, [scenes[one.name] for one in dialects]) for code in Code),
    )


def _section(dialect: Dialect, scene: Scene, prompt: str, key: str) -> Section:
    written = samples(dialect.name, scene.voice.site, scene.model, prompt, key)
    return Section(dialect.name, scene.terms, calls(dialect, scene), written)


def _mode(mode_id: str, scene: Scene) -> ModeRow:
    title = scene.modes.title(mode_id, scene.voice.language)
    return ModeRow(mode_id, title, scene.modes.parameters(mode_id))


def in_order() -> list[Dialect]:
    """All dialects as people are shown them: the known ones in their order, then any others."""
    return sorted(all_dialects(), key=_order)


def _order(dialect: Dialect) -> int:
    return DIALECTS.index(dialect.name) if dialect.name in DIALECTS else len(DIALECTS)


def _row(code: Code, dialects: Sequence[Dialect], scenes: Sequence[Scene]) -> ErrorRow:
    shown = [refusal(one, code, None, scene) for one, scene in zip(dialects, scenes, strict=True)]
    told = [pair for pair in zip(dialects, scenes, strict=True) if pair[1].closes(pair[0].name)]
    dialect, scene = told[0] if code is Code.PLAN_CLOSED and told else (dialects[0], scenes[0])
    words = message(sample(dialect, code, scene), scene.voice, {}, scene.terms.price_requests)
    return ErrorRow(f"when_{code}", tuple(example.status for example in shown), words)
