"""What the operator's people did in the month: gifts, a block, codes, a mode edited twice, letters."""

from collections.abc import Mapping

from slovomat.demo.chance import DemoEnv
from slovomat.demo.joining import Registry
from slovomat.demo.people import BLOCKED, CUSTOMER, OPERATOR, SUPPORT
from slovomat.demo.traffic import DAY_MS, HOUR_MS
from slovomat.domain.days import Calendar
from slovomat.ports.journal import Actor
from slovomat.ports.mail import LetterKind
from slovomat.ports.modes import ModeFault, ModeWorkshop
from slovomat.ports.outbox import Channel
from slovomat.ports.shop import Goods
from slovomat.ports.store import Store
from slovomat.upstreams.echo import Echo
from slovomat.usecases.codes import CodeOrder, make_codes, redeem_code
from slovomat.usecases.journal import Deed, Operations, note_of
from slovomat.usecases.letters import Letters
from slovomat.usecases.mode_desk import ModeDesk

MODE = "post"
_FIRST_RULE = "\n- No more than one exclamation mark in the whole post.\n{% endblock %}"
_SECOND_RULE = "\n- No more than one exclamation mark and two emoji in the whole post.\n{% endblock %}"
_HOLD_MS = 660_000
_CODES, _CODE_REQUESTS = 24, 50
_TAKERS = (
    "zhenya.sinitsyna@example.org",
    "kira.romanova@example.org",
    "matvei.zhukov@example.org",
    "lida.frolova@example.org",
    "tom.hadley@example.org",
    "stepan.ignatov@example.org",
)


class Desk:
    """The operator's desk in the month that is over."""

    def __init__(
        self, store: Store, env: DemoEnv, secret: bytes, registry: Registry, staff: Mapping[str, Actor]
    ) -> None:
        self._store = store
        self._env = env
        self._secret = secret
        self._registry = registry
        self._staff = staff
        self._operations = Operations(store, env, Calendar("Europe/Moscow"), _HOLD_MS)
        self._codes: list[str] = []

    async def day(self, day: int, modes: ModeWorkshop) -> None:
        """Whatever falls on this day; the time is that of the environment."""
        match day:
            case 3:
                await self._make_codes()
            case 11 | 13 | 16:
                await self._redeem(2)
            case 8:
                await self._give(
                    "emily.carter@example.org", 40, "Извинения за сбой", "ответы обрывались утром"
                )
            case 18:
                await self._give(
                    "lavka.chaya@example.org", 200, "Извинения за сбой", "сбой 17-го числа, три часа"
                )
                await self._edit(modes, _FIRST_RULE, "клиенты просили спокойнее")
            case 23:
                await self._edit(modes, _SECOND_RULE, "и смайликов меньше")
            case 26:
                await self._block(BLOCKED, "рассылал спам через форму заказа")
            case 28:
                await self._give(CUSTOMER, 25, "Подарок за отзыв", "написала о нас в своём блоге")

    def _deed(self, who: str, reason: str) -> Deed:
        return Deed(actor=self._staff[who], reason=reason, key=self._env.random_bytes(8).hex())

    async def _give(self, email: str, requests: int, title: str, reason: str) -> None:
        account = self._registry.members[email].account
        await self._operations.credit(self._deed(SUPPORT, reason), account.id, requests, title, 90)

    async def _block(self, email: str, reason: str) -> None:
        account = self._registry.members[email].account
        await self._operations.block(self._deed(SUPPORT, reason), account.id, True)

    async def _make_codes(self) -> None:
        goods = Goods(title="Подарок с выставки", requests=_CODE_REQUESTS, valid_days=60)
        order = CodeOrder(
            goods=goods,
            count=_CODES,
            by=OPERATOR,
            note="открытки на книжной выставке",
            expires_at_ms=self._env.now_ms() + 90 * DAY_MS,
        )
        made = await make_codes(self._store, self._env, self._secret, order)
        self._codes = list(made.codes)
        target = ("codes", str(made.batch_id))
        note = note_of(self._staff[OPERATOR], self._env.now_ms(), "make_codes", order.note, target=target)
        await self._store.journal.note(note)

    async def _redeem(self, count: int) -> None:
        for _ in range(count):
            taker = _TAKERS[_CODES - len(self._codes)]
            account = self._registry.members[taker].account
            await redeem_code(self._store, self._env, self._secret, account.id, self._codes.pop())

    @property
    def spare_code(self) -> str:
        """One that nobody has used."""
        return self._codes[-1]

    async def _edit(self, modes: ModeWorkshop, rule: str, reason: str) -> None:
        desk = ModeDesk(self._store, modes, Echo(), self._env)
        packaged = (await self._store.mode_texts.versions(MODE)) or None
        text = desk.source(MODE).replace(_FIRST_RULE, "\n{% endblock %}")
        version = 2 if packaged is None else 3
        text = text.replace(f"version: {version - 1}", f"version: {version}", 1)
        made = await desk.activate(
            MODE, text.replace("\n{% endblock %}", rule, 1), self._staff[OPERATOR], reason
        )
        if isinstance(made, ModeFault):
            raise AssertionError(f"line {made.line}: {made.what}")
        modes.adopt({one.mode_id: one.text for one in await self._store.mode_texts.active()})

    async def write_letters(self, site: str) -> None:
        """Some leave as soon as the service runs; two wait, for their mailboxes were full."""
        letters = Letters(self._store, self._env)
        await self._write(letters, LetterKind.LOW_BALANCE, "nina.zaitseva@example.org", site)
        await self._write(letters, LetterKind.LOW_BALANCE, "seo.parus@example.org", site)
        now_ms = self._env.now_ms()
        for post in await self._store.outbox.claim(Channel.MAIL, 10, now_ms, HOUR_MS):
            await self._store.outbox.again(post, "452 4.2.2 mailbox full", now_ms + 6 * HOUR_MS)
        await self._write(letters, LetterKind.LOW_BALANCE, CUSTOMER, site)

    async def _write(self, letters: Letters, kind: LetterKind, email: str, site: str) -> None:
        member = self._registry.members[email]
        facts: dict[str, str | int] = {"left": 40, "threshold": 100, "link": f"{site}/price"}
        await letters.write(
            kind, member.account.id, email, member.who.language, facts, once=f"demo {kind} {email}"
        )
