"""The desk's modes: which text of each is in force, who changed it and why, and the way back."""

from collections.abc import Mapping

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from slovomat.ports.journal import JournalNote, JournalQuery
from slovomat.ports.mode_texts import ModeText
from slovomat.ports.modes import ModeOrigin
from slovomat.usecases.mode_desk import ModeDesk
from slovomat.web.admin.desk import Desk
from slovomat.web.admin.modes_difference import difference
from slovomat.web.admin.modes_editing import Editing
from slovomat.web.admin.rights import Right, guarded
from slovomat.web.pages.forms import read_form
from slovomat.web.pages.language import spoken
from slovomat.web.pages.visitor import see

_LINES = 300
"""So far back the journal is asked for who changed what."""


class ModeLine(msgspec.Struct, frozen=True, kw_only=True):
    """A mode in the list. `changed`: what the journal says of its last change, if anything."""

    id: str
    title: str
    version: int
    digest: str
    origin: ModeOrigin
    changed: JournalNote | None


def routes(desk: Desk) -> list[Route]:
    """The list, a mode with its editor, its versions."""
    services = desk.backstage.services
    workshop = ModeDesk(desk.store, desk.backstage.modes, services.upstream if services else None, desk.env)
    modes, editing = _Modes(desk, workshop), Editing(desk, workshop)
    mode = "/admin/modes/{mode}"
    return [
        Route("/admin/modes", guarded(Right.MODES, modes.listing), methods=["GET"]),
        Route(mode, guarded(Right.MODES, editing.show), methods=["GET"]),
        Route(mode, guarded(Right.MODES, editing.work), methods=["POST"]),
        Route(f"{mode}/trial", guarded(Right.MODES, editing.trial), methods=["POST"]),
        Route(f"{mode}/versions", guarded(Right.MODES, modes.versions), methods=["GET"]),
        Route(f"{mode}/versions/{{revision:int}}", guarded(Right.MODES, modes.version), methods=["GET"]),
        Route(f"{mode}/roll-back", guarded(Right.MODES, modes.roll_back), methods=["POST"]),
    ]


class _Modes:
    def __init__(self, desk: Desk, workshop: ModeDesk) -> None:
        self._desk = desk
        self._modes = desk.backstage.modes
        self._workshop = workshop

    async def listing(self, request: Request) -> Response:
        """Every mode, and what it is now."""
        changed = await self._changes()
        language = spoken(request)
        return self._desk.page(
            request,
            "admin/modes.html",
            modes=[self._line(one, language, changed) for one in self._modes.ids()],
        )

    async def versions(self, request: Request) -> Response:
        """All texts that were ever in force, and every change with its reason."""
        return await self._versions(request)

    async def version(self, request: Request) -> Response:
        """One of them, beside the one in force."""
        mode_id, revision = self._mode(request), self._desk.number(request, "revision")
        found = await self._desk.store.mode_texts.find(mode_id, revision)
        if found is None:
            raise HTTPException(404)
        present = await self._workshop.in_force(mode_id)
        return self._desk.page(
            request,
            "admin/mode_version.html",
            mode_id=mode_id,
            title=self._modes.title(mode_id, spoken(request)),
            found=found,
            changes=difference(self._workshop.diff(mode_id, found.text, present.text)),
        )

    async def roll_back(self, request: Request) -> Response:
        """Puts an older text in force again, or the file."""
        form = await read_form(request)
        mode_id, deed, revision = self._mode(request), self._desk.deed(request, form), form.whole("revision")
        if revision is None or revision < 0:
            raise HTTPException(400)
        back = f"/admin/modes/{mode_id}/versions"
        if (await self._workshop.in_force(mode_id)).revision == revision:
            return see(request, back, "mode_as_it_is")
        if not deed.said:
            return await self._versions(request, "modes_no_reason", 422)
        if not await self._workshop.roll_back(mode_id, revision, deed.actor, deed.reason):
            raise HTTPException(404)
        return see(request, back, "mode_rolled_back")

    async def _versions(self, request: Request, fault: str = "", status: int = 200) -> Response:
        mode_id = self._mode(request)
        versions = await self._workshop.versions(mode_id)
        query = JournalQuery(target_kind="mode", target_id=mode_id, limit=_LINES)
        notes = [row.note for row in (await self._desk.store.journal.page(query)).rows]
        return self._desk.page(
            request,
            "admin/mode_versions.html",
            status,
            mode_id=mode_id,
            title=self._modes.title(mode_id, spoken(request)),
            versions=[(one, _reason(one, notes)) for one in versions],
            notes=[one for one in notes if one.action != "mode_trial"],
            edited=any(one.active for one in versions),
            fault=fault,
        )

    async def _changes(self) -> Mapping[str, JournalNote]:
        """By mode, its last change."""
        page = await self._desk.store.journal.page(JournalQuery(target_kind="mode", limit=_LINES))
        notes = [row.note for row in page.rows if row.note.action != "mode_trial"]
        return {note.target_id: note for note in reversed(notes)}

    def _line(self, mode_id: str, language: str, changed: Mapping[str, JournalNote]) -> ModeLine:
        ref = self._modes.ref(mode_id)
        if ref is None:
            raise KeyError(mode_id)
        return ModeLine(
            id=mode_id,
            title=self._modes.title(mode_id, language),
            version=ref.version,
            digest=ref.digest,
            origin=self._modes.origin(mode_id),
            changed=changed.get(mode_id),
        )

    def _mode(self, request: Request) -> str:
        mode_id: str = request.path_params["mode"]
        if self._modes.ref(mode_id) is None:
            raise HTTPException(404)
        return mode_id


def _reason(version: ModeText, notes: list[JournalNote]) -> str:
    """The journal's line that was written with the version says why."""
    return next(
        (one.reason for one in notes if (one.action, one.at_ms) == ("mode_activate", version.created_at_ms)),
        "",
    )
