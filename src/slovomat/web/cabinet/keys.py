"""The page of API keys: made, shown once, replaced, revoked."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from slovomat.domain.caller import DIALECTS
from slovomat.domain.days import Calendar
from slovomat.domain.ids import KeyId
from slovomat.domain.keys import shown
from slovomat.ports.mail import LetterKind
from slovomat.ports.store import KeyRow
from slovomat.usecases.accounts import CreatedKey, KeyRules, create_key, rotate_key
from slovomat.usecases.letters import Letters
from slovomat.web.cabinet.key_form import OVERLAPS_HOURS, KeyFaults, read_key_rules
from slovomat.web.pages.backstage import Backstage
from slovomat.web.pages.forms import Form, read_form
from slovomat.web.pages.frame import Frame
from slovomat.web.pages.language import spoken
from slovomat.web.pages.samples import samples
from slovomat.web.pages.visitor import see, signed_in, visitor

KEYS_MAX = 100
"""Keys of one account in force at once."""
_PAST_SHOWN = 50
_HOUR_MS = 3_600_000
_EMPTY = Form((("reads_balance", "yes"),))


def routes(backstage: Backstage, frame: Frame) -> list[Route]:
    """The page and what its forms do."""
    keys = _Keys(backstage, frame)
    return [
        Route("/keys", signed_in(keys.show), methods=["GET"]),
        Route("/keys", signed_in(keys.make), methods=["POST"]),
        Route("/keys/{id:int}/rotate", signed_in(keys.rotate), methods=["POST"]),
        Route("/keys/{id:int}/revoke", signed_in(keys.revoke), methods=["POST"]),
    ]


class _Keys:
    def __init__(self, backstage: Backstage, frame: Frame) -> None:
        self._backstage = backstage
        self._store = backstage.store
        self._env = backstage.env
        self._zone = backstage.settings.time_zone
        self._calendar = Calendar(self._zone)
        self._letters = Letters(backstage.store, backstage.env)
        self._frame = frame

    async def show(self, request: Request) -> Response:
        """Your API keys."""
        return await self._page(request, _EMPTY, frozenset())

    async def make(self, request: Request) -> Response:
        """Makes a key and shows it, once."""
        form = await read_form(request)
        rules = read_key_rules(form, self._zone, self._env.now_ms())
        if isinstance(rules, KeyFaults):
            return await self._page(request, form, rules.fields, 400)
        if len(await self._in_force(request)) >= KEYS_MAX:
            return await self._page(request, form, frozenset(), 409, full=True)
        return await self._made(request, rules)

    async def rotate(self, request: Request) -> Response:
        """Makes an heir of a key, and lets the old one go on for a while."""
        row = await self._mine(request)
        chosen = (await read_form(request)).text("overlap")
        hours = int(chosen) if chosen in {str(hours) for hours in OVERLAPS_HOURS} else 0
        if hours and len(await self._in_force(request)) >= KEYS_MAX:
            return await self._page(request, _EMPTY, frozenset(), 409, full=True)
        made = await rotate_key(self._store, self._env, self._backstage.secret, row.id, hours * _HOUR_MS)
        if made is None:
            raise HTTPException(404)
        await self._tell(request, made, row.name)
        return self._shown(request, made.key)

    async def revoke(self, request: Request) -> Response:
        """Ends a key at once."""
        row = await self._mine(request)
        await self._store.revoke_key(row.id, self._env.now_ms())
        return see(request, "/keys")

    async def _made(self, request: Request, rules: KeyRules) -> Response:
        account = visitor(request).account
        made = await create_key(self._store, self._env, self._backstage.secret, account.id, rules)
        await self._tell(request, made, rules.name)
        return self._shown(request, made.key)

    async def _tell(self, request: Request, made: CreatedKey, name: str) -> None:
        """A letter: a key that its owner did not make should not go unnoticed."""
        person = visitor(request).person
        link = f"{self._backstage.site()}/keys"
        facts = {"name": name, "shown": shown(made.key), "link": link}
        await self._letters.write(
            LetterKind.KEY_MADE,
            person.account.id,
            person.account.email,
            person.language,
            facts,
            once=f"key {made.id}",
        )

    def _shown(self, request: Request, key: str) -> Response:
        prompt = self._frame.texts[spoken(request)]["sample_prompt"]
        first = samples("openai", self._backstage.site(), self._model(), prompt)[0]
        curl = first.code.replace("YOUR_KEY", key)
        return self._frame.page(request, "cabinet/key_made.html", key=key, curl=curl)

    def _model(self) -> str:
        return next(iter(self._backstage.settings.models), "")

    async def _mine(self, request: Request) -> KeyRow:
        """The key in the address, if it is in force and this person's: another's does not exist."""
        wanted = KeyId(request.path_params["id"])
        for row in await self._in_force(request):
            if row.id == wanted:
                return row
        raise HTTPException(404)

    async def _in_force(self, request: Request) -> list[KeyRow]:
        now_ms = self._env.now_ms()
        rows = await self._store.list_keys(visitor(request).account.id, self._calendar.day(now_ms))
        return [row for row in rows if row.in_force(now_ms)]

    async def _page(
        self, request: Request, given: Form, faults: frozenset[str], status: int = 200, *, full: bool = False
    ) -> Response:
        now_ms, language = self._env.now_ms(), spoken(request)
        rows = await self._store.list_keys(visitor(request).account.id, self._calendar.day(now_ms))
        texts, modes = self._frame.texts[language], self._backstage.modes
        refused = texts["keys_too_many"].format(n=KEYS_MAX) if full else texts["keys_check"] if faults else ""
        return self._frame.page(
            request,
            "cabinet/keys.html",
            status,
            keys=[row for row in reversed(rows) if row.in_force(now_ms)],
            past=[row for row in reversed(rows) if not row.in_force(now_ms)][:_PAST_SHOWN],
            given=_given(given),
            faults=faults,
            refused=refused,
            dialects=DIALECTS,
            modes=[(mode_id, modes.title(mode_id, language)) for mode_id in modes.ids()],
        )


def _given(form: Form) -> dict[str, object]:
    """What was filled in, to be filled in again."""
    names = ("name", "expires", "cap_day", "cap_total", "networks")
    ticked = {"dialects": form.every("dialects"), "modes": form.every("modes")}
    return {
        **{name: form.text(name) for name in names},
        **ticked,
        "reads_balance": form.text("reads_balance") == "yes",
    }
