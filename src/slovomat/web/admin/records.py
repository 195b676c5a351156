"""What is only looked at: the ledger, the journal, and the letters that were written."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from slovomat.domain.money import EntryKind
from slovomat.ports.desk import LedgerQuery, LetterQuery
from slovomat.ports.journal import JournalQuery
from slovomat.web.admin.desk import Desk
from slovomat.web.admin.lists import address, before_of, older, whole
from slovomat.web.admin.rights import Right, guarded

_LEDGER, _JOURNAL, _LETTERS = "/admin/ledger", "/admin/journal", "/admin/letters"
_PAGE_ROWS = 50
_TEXT_MAX_CHARS = 254
LETTER_STATES = ("waiting", "sent", "given up")


def routes(desk: Desk) -> list[Route]:
    """The three lists."""
    records = _Records(desk)
    return [
        Route(_LEDGER, guarded(Right.LEDGER, records.ledger), methods=["GET"]),
        Route(_JOURNAL, guarded(Right.JOURNAL, records.journal), methods=["GET"]),
        Route(_LETTERS, guarded(Right.LETTERS, records.letters), methods=["GET"]),
    ]


class _Records:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._store = desk.store
        self._zone = ZoneInfo(desk.settings.time_zone)

    async def ledger(self, request: Request) -> Response:
        """Movements of requests, of all accounts or of one."""
        typed = _text(request, "account")
        account_id, unknown = await self._account(typed)
        kind = _text(request, "kind")
        query = LedgerQuery(
            account_id=account_id,
            kind=kind if kind in set(EntryKind) else "",
            before=before_of(request),
            limit=_PAGE_ROWS + 1,
        )
        rows = [] if unknown else await self._store.desk.ledger(query)
        chosen = {"account": typed, "kind": query.kind}
        return self._desk.page(
            request,
            "admin/ledger.html",
            rows=rows[:_PAGE_ROWS],
            chosen=chosen,
            kinds=[one.value for one in EntryKind],
            **older(self._desk.frame, _LEDGER, rows, _PAGE_ROWS, filters=chosen, before=query.before),
        )

    async def journal(self, request: Request) -> Response:
        """What was done at this desk, by whom and why."""
        actions = await self._store.journal.actions()
        action = _text(request, "action")
        chosen: dict[str, str | int] = {
            "action": action if action in actions else "",
            "actor": whole(request, "actor"),
            "kind": _text(request, "kind"),
            "target": _text(request, "target"),
            "from": _text(request, "from"),
            "to": _text(request, "to"),
        }
        query = JournalQuery(
            before=before_of(request),
            limit=_PAGE_ROWS,
            actor_id=whole(request, "actor"),
            action=str(chosen["action"]),
            target_kind=str(chosen["kind"]),
            target_id=str(chosen["target"]),
            from_ms=self._day_ms(str(chosen["from"])),
            until_ms=self._day_ms(str(chosen["to"]), 1),
        )
        page = await self._store.journal.page(query)
        following = {**chosen, "before": page.before} if page.before else {}
        frame = self._desk.frame
        return self._desk.page(
            request,
            "admin/journal.html",
            rows=page.rows,
            chosen=chosen,
            actions=actions,
            actors=[(one.account.id, one.account.email) for one in await self._store.people.with_roles()],
            newest=address(frame, _JOURNAL, chosen) if query.before else "",
            older=address(frame, _JOURNAL, following) if following else "",
        )

    async def letters(self, request: Request) -> Response:
        """What was written to people, and why some of it does not arrive."""
        state = _text(request, "state")
        query = LetterQuery(
            state=state if state in LETTER_STATES else "", before=before_of(request), limit=_PAGE_ROWS + 1
        )
        rows = await self._store.desk.letters(query)
        chosen = {"state": query.state}
        return self._desk.page(
            request,
            "admin/letters.html",
            rows=rows[:_PAGE_ROWS],
            chosen=chosen,
            states=LETTER_STATES,
            **older(self._desk.frame, _LETTERS, rows, _PAGE_ROWS, filters=chosen, before=query.before),
        )

    async def _account(self, typed: str) -> tuple[int, bool]:
        """Whose number or e-mail was typed (0: nobody's), and whether there is no such account."""
        number = typed.removeprefix("№").strip()
        if number.isascii() and number.isdecimal() and len(number) <= 15:
            return int(number), int(number) == 0
        found = await self._store.find_account(typed.lower()) if typed else None
        return (found.id, False) if found else (0, bool(typed))

    def _day_ms(self, typed: str, later_days: int = 0) -> int:
        """When a day of the service's calendar begins; 0 for what is no day."""
        try:
            day = datetime.strptime(typed, "%Y-%m-%d").replace(tzinfo=UTC) + timedelta(days=later_days)
        except (ValueError, OverflowError):
            return 0
        return int(day.replace(tzinfo=self._zone).timestamp() * 1000)


def _text(request: Request, name: str) -> str:
    return request.query_params.get(name, "").replace("\0", "").strip()[:_TEXT_MAX_CHARS]
