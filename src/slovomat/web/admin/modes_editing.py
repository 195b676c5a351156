"""The editor of a mode: a draft is checked, previewed, tried and compared before it is put in force."""

from collections.abc import Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from slovomat.domain.mode import ModeParameter
from slovomat.ports.modes import ModeDraft, ModeFault
from slovomat.usecases.journal import note_of
from slovomat.usecases.mode_desk import InForce, ModeDesk, Outdated, TrialResult
from slovomat.web.admin.desk import REASON_MAX_CHARS, Desk
from slovomat.web.admin.modes_difference import difference
from slovomat.web.pages.forms import Form, read_form
from slovomat.web.pages.language import spoken
from slovomat.web.pages.visitor import see

TEXT_MAX_CHARS = 262_144
_FORM_MAX_BYTES = 1_048_576
"""A text of Cyrillic takes three times its bytes in a form."""
_SAMPLE_MAX_CHARS = 20_000
_TRIALS_S = 60.0
"""So long a page may take over the tests; what is left is asked for by another click."""
TRIALS_PER_MINUTE = 60
Facts = dict[str, Any]


class Editing:
    """The page of one mode, and its one form with several buttons."""

    def __init__(self, desk: Desk, workshop: ModeDesk) -> None:
        self._desk = desk
        self._modes = desk.backstage.modes
        self._workshop = workshop
        self._work = {
            "check": self._check,
            "preview": self._preview,
            "diff": self._diff,
            "trials": self._trials,
            "activate": self._activate,
        }

    async def show(self, request: Request) -> Response:
        """The text in force, or with `?from=` another to begin with: an older one, or the packaged one."""
        mode_id = self._mode(request)
        present = await self._workshop.in_force(mode_id)
        text = await self._beginning(mode_id, request.query_params.get("from", ""))
        return self._page(request, present, text or present.text)

    async def work(self, request: Request) -> Response:
        """What the button says."""
        form = await read_form(request, _FORM_MAX_BYTES)
        work = self._work.get(form.text("do"))
        if work is None:
            raise HTTPException(400)
        return await work(request, form, await self._workshop.in_force(self._mode(request)))

    async def trial(self, request: Request) -> Response:
        """One of the text's own tests, as a piece of the page; it asks for the next one itself."""
        form = await read_form(request, _FORM_MAX_BYTES)
        mode_id, text = self._mode(request), _text(form)
        number = Form(tuple(request.query_params.multi_items())).whole("n") or 0
        tried = await self._tried(request, mode_id, text, number)
        draft = self._modes.draft(mode_id, text)
        count = 0 if isinstance(draft, ModeFault) else len(draft.trials)
        facts: Facts = {"mode_id": mode_id, "number": number, "count": count}
        return self._desk.page(request, "admin/mode_trial.html", tried=tried, **facts)

    async def _check(self, request: Request, form: Form, present: InForce) -> Response:
        fault = self._workshop.check(self._mode(request), _text(form))
        return self._again(request, form, present, fault=fault, checked=fault is None)

    async def _preview(self, request: Request, form: Form, present: InForce) -> Response:
        mode_id, text = self._mode(request), _text(form)
        draft = self._modes.draft(mode_id, text)
        if isinstance(draft, ModeFault):
            return self._again(request, form, present, fault=draft)
        sample = _sample(form) or self._desk.texts(request)["modes_sample"]
        made = self._workshop.preview(mode_id, text, sample, _given(form, draft))
        if isinstance(made, ModeFault):
            return self._again(request, form, present, fault=made)
        return self._again(request, form, present, prompt=made)

    async def _diff(self, request: Request, form: Form, present: InForce) -> Response:
        return self._again(
            request, form, present, **self._compared(self._mode(request), _text(form), present)
        )

    async def _trials(self, request: Request, form: Form, present: InForce) -> Response:
        """As many as fit into a page's time, from the one that the form names."""
        mode_id, text, first = self._mode(request), _text(form), form.whole("first") or 0
        began_s = self._desk.env.monotonic_s()
        results: list[TrialResult] = []
        while self._desk.env.monotonic_s() - began_s < _TRIALS_S:
            tried = await self._tried(request, mode_id, text, first + len(results))
            if isinstance(tried, ModeFault):
                return self._again(request, form, present, fault=tried)
            if not isinstance(tried, TrialResult):
                return self._again(request, form, present, trials=results, first=first, stopped=tried or "")
            results.append(tried)
        return self._again(request, form, present, trials=results, first=first, stopped="modes_trials_more")

    async def _activate(self, request: Request, form: Form, present: InForce) -> Response:
        mode_id, text, reason = self._mode(request), _text(form), form.text("reason", REASON_MAX_CHARS)
        if text == present.text:
            return self._again(request, form, present, 409, refused="modes_same")
        if not reason:
            return self._again(request, form, present, 422, no_reason=True)
        actor = self._desk.actor(request)
        done = await self._workshop.activate(mode_id, text, actor, reason, form.text("since"))
        match done:
            case ModeFault():
                return self._again(request, form, present, 422, fault=done)
            case Outdated():
                newer = await self._workshop.in_force(mode_id)
                compared = self._compared(mode_id, text, newer)
                return self._again(request, form, newer, 409, refused="modes_outdated", **compared)
            case int():
                return see(request, f"/admin/modes/{mode_id}", "mode_activated")

    async def _tried(
        self, request: Request, mode_id: str, text: str, number: int
    ) -> TrialResult | ModeFault | str | None:
        """A result; what is wrong with the text; the name of what forbids it; None: there is none such."""
        if self._desk.backstage.services is None:
            return "modes_no_upstream"
        window = await self._desk.backstage.limits.hit("mode_trial", "desk", TRIALS_PER_MINUTE)
        if not window.allowed:
            return "modes_trials_often"
        tried = await self._workshop.trial(mode_id, text, number)
        if isinstance(tried, TrialResult):
            details: dict[str, str | int] = {"test": number + 1, "faults": len(tried.faults)}
            now_ms, target = self._desk.env.now_ms(), ("mode", mode_id)
            note = note_of(
                self._desk.actor(request), now_ms, "mode_trial", "", target=target, details=details
            )
            await self._desk.store.journal.note(note)
        return tried

    def _compared(self, mode_id: str, text: str, present: InForce) -> Facts:
        packaged = self._modes.packaged_source(mode_id)
        return {
            "changes": difference(self._workshop.diff(mode_id, text, present.text)),
            "since_packaged": difference(self._workshop.diff(mode_id, text, packaged)),
        }

    async def _beginning(self, mode_id: str, name: str) -> str:
        if name == "packaged":
            return self._modes.packaged_source(mode_id)
        revision = Form((("n", name),)).whole("n")
        if revision is None or revision < 0:
            return ""
        found = await self._desk.store.mode_texts.find(mode_id, revision)
        return found.text if found else ""

    def _again(
        self, request: Request, form: Form, present: InForce, status: int = 200, **facts: Any
    ) -> Response:
        """The form as it was sent, with what came of it. A conflict is one until the person has seen it."""
        since = present.digest if facts.get("refused") == "modes_outdated" else form.text("since")
        kept = {"since": since, "reason": form.text("reason", REASON_MAX_CHARS), "sample": _sample(form)}
        return self._page(request, present, _text(form), status, given=form, **{**kept, **facts})

    def _page(
        self, request: Request, present: InForce, text: str, status: int = 200, **facts: Any
    ) -> Response:
        mode_id, language = self._mode(request), spoken(request)
        draft = self._modes.draft(mode_id, text)
        parameters = draft.parameters if not isinstance(draft, ModeFault) else ()
        none: Facts = dict.fromkeys(("fault", "prompt", "trials", "changes", "since_packaged", "given"))
        none |= {"checked": False, "refused": "", "no_reason": False, "stopped": "", "first": 0}
        none |= {"since": present.digest, "reason": "", "sample": ""}
        return self._desk.page(
            request,
            "admin/mode.html",
            status,
            mode_id=mode_id,
            title=self._modes.title(mode_id, language),
            ref=self._modes.ref(mode_id),
            origin=self._modes.origin(mode_id),
            text=text,
            in_force=present,
            parameters=parameters,
            column=0 if language == "ru" else 1,
            given_value=_given_value,
            **{**none, **facts},
        )

    def _mode(self, request: Request) -> str:
        mode_id: str = request.path_params["mode"]
        if self._modes.ref(mode_id) is None:
            raise HTTPException(404)
        return mode_id


def _text(form: Form) -> str:
    """Browsers end lines as the web does, files as Unix does."""
    return form.exact("text", TEXT_MAX_CHARS).replace("\r\n", "\n")


def _sample(form: Form) -> str:
    return form.exact("sample", _SAMPLE_MAX_CHARS).replace("\r\n", "\n").strip()


def _given(form: Form, draft: ModeDraft) -> Mapping[str, object]:
    """The parameters that were filled in, and are not at their defaults."""
    values = {one.name: _given_value(one, form) for one in draft.parameters}
    return {
        one.name: values[one.name]
        for one in draft.parameters
        if values[one.name] != "" and str(values[one.name]) != str(one.default)
    }


def _given_value(parameter: ModeParameter, form: Form | None) -> object:
    """What the form says of a parameter; its default before there is a form."""
    field = f"p_{parameter.name}"
    if form is None or not form.ticked(f"{field}_shown"):
        return parameter.default
    if parameter.kind == "flag":
        return form.text(field) == "yes"
    return form.text(field)
