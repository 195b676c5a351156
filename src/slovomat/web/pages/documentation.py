"""The documentation page as data: sections of calls, the modes, and the table of all errors."""

from collections.abc import Sequence

import msgspec

from slovomat.dialects.calls import Dialect, Terms, Voice
from slovomat.dialects.registry import all_dialects
from slovomat.dialects.texts import message
from slovomat.domain.caller import DIALECTS, Plan
from slovomat.domain.refusal import Code
from slovomat.ports.modes import ModeCatalogue
from slovomat.settings import Settings
from slovomat.web.pages.call_examples import Call, calls, refusal, sample
from slovomat.web.pages.samples import Sample, samples
from slovomat.web.pages.scene import Scene
from slovomat.web.services import terms_of


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


class Documentation(msgspec.Struct, frozen=True):
    """Everything that the page shows beside its prose."""

    sections: tuple[Section, ...]
    errors: tuple[ErrorRow, ...]


def document(
    *, voice: Voice, settings: Settings, modes: ModeCatalogue, plans: Sequence[Plan], prompt: str, said: str
) -> Documentation:
    """The documentation in the voice's language. `prompt` and `said`: the samples' question and answer."""
    dialects = in_order()
    scenes = [
        Scene(
            voice=voice,
            terms=terms_of(one, settings),
            settings=settings,
            modes=modes,
            plans=plans,
            said=said,
        )
        for one in dialects
    ]
    model = next(iter(settings.models), settings.upstream_model)
    sections = tuple(
        Section(one.name, scene.terms, calls(one, scene), samples(one.name, voice.site, model, prompt))
        for one, scene in zip(dialects, scenes, strict=True)
    )
    return Documentation(sections, tuple(_row(code, dialects, scenes) for code in Code))


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
