"""A month of history, hour by hour, through the rules that a living service goes by."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import msgspec

from slovomat.demo.chance import DemoEnv
from slovomat.demo.deeds import Desk
from slovomat.demo.joining import Registry
from slovomat.demo.market import PURCHASES, TO_PAY_MS, WAITS, Market, of_hour, set_prices
from slovomat.demo.people import CUSTOMER, PASSWORD, PEOPLE, Habit, Somebody
from slovomat.demo.traffic import DAY_MS, HOUR_MS, JOB, Wish, wishes
from slovomat.demo.writing import Scribe
from slovomat.domain.days import Calendar
from slovomat.modes import load_modes
from slovomat.ports.store import Store
from slovomat.settings import Settings
from slovomat.storage.open import make_store
from slovomat.testing.fakepay import FakePay
from slovomat.till import Till
from slovomat.usecases.accounts import FREE_PLAN
from slovomat.usecases.passwords import Passwords

DAYS = 31
SEED = "slovomat"
_LAST_CALL_MS = 90_000
_OPENING_HOUR = 9
_ENDED_AT_ONCE = 1_000
_KEY_LOST = (20, 12)

Progress = Callable[[int, int], None]


class Filled(msgspec.Struct, frozen=True):
    """What is told of the month when it is there."""

    key: str
    code: str
    people: int
    generations: int


async def fill(
    settings: Settings, file: Path, secret: bytes, *, fake: FakePay, env: DemoEnv, progress: Progress
) -> Filled:
    """Makes the database. `env` tells the time at which the month ends; `progress` hears of each day."""
    store = make_store(file)
    await store.open()
    till = Till(settings, env, store, lambda: settings.site)
    try:
        month = _Month(store, settings, secret, env, Market(store, env, till, fake, _open_page))
        return await month.live(progress)
    finally:
        await till.close()
        await store.close_store()


async def _open_page(url: str) -> None:
    """The buyer's browser follows the link: one provider hears of a payment only then."""
    import aiohttp
    import yarl

    async with aiohttp.ClientSession() as buyer, buyer.get(yarl.URL(url, encoded=True)) as page:
        await page.read()


class _Month:
    def __init__(self, store: Store, settings: Settings, secret: bytes, env: DemoEnv, market: Market) -> None:
        self._store = store
        self._settings = settings
        self._secret = secret
        self._env = env
        self._market = market
        self._end_ms = env.now_ms()
        self._calendar = Calendar(settings.time_zone)
        self._modes = load_modes()
        self._scribe = Scribe(store, env, self._modes, self._calendar)
        self._begins_ms = self._calendar.next_day_ms(self._end_ms) - DAYS * DAY_MS

    async def live(self, progress: Progress) -> Filled:
        self._env.time_ms = self._begins_ms
        await set_prices(self._store)
        self._registry = Registry(self._store, self._env, self._secret, await Passwords().hash(PASSWORD))
        staff = await self._registry.staff()
        self._market.hire(staff)
        self._desk = Desk(self._store, self._env, self._secret, self._registry, staff)
        for day in range(DAYS):
            await self._day(day)
            progress(day + 1, DAYS)
        await self._today()
        return Filled(
            key=self._registry.first_key,
            code=self._desk.spare_code,
            people=len(self._registry.members),
            generations=self._scribe.written,
        )

    async def _day(self, day: int) -> None:
        midnight_ms = self._begins_ms + day * DAY_MS
        wanted = self._wanted(day, midnight_ms)
        for hour in range(24):
            from_ms = midnight_ms + hour * HOUR_MS
            to_ms = min(from_ms + HOUR_MS, self._end_ms - _LAST_CALL_MS)
            if from_ms >= to_ms:
                break
            if await self._hour(day, hour, from_ms) or hour == 0:
                await self._registry.refresh()
            now = [one for one in wanted if from_ms <= one.at_ms < to_ms]
            await self._scribe.write(now, self._registry.members)
        await self._store.shop.end_periods(min(midnight_ms + DAY_MS, self._end_ms), FREE_PLAN, _ENDED_AT_ONCE)

    def _wanted(self, day: int, midnight_ms: int) -> list[Wish]:
        weekend = date.fromisoformat(self._calendar.day(midnight_ms)).isoweekday() > 5
        found = []
        for who in PEOPLE:
            if who.came <= day:
                found += wishes(self._env, who, day, midnight_ms, weekend)
        return [one for one in found if self._is_there(one)]

    def _is_there(self, wish: Wish) -> bool:
        return wish.at_ms >= self._joined_ms(wish.who) and wish.at_ms + wish.took_ms < self._end_ms

    def _joined_ms(self, who: Somebody) -> int:
        return self._begins_ms + who.came * DAY_MS + _OPENING_HOUR * HOUR_MS

    async def _hour(self, day: int, hour: int, from_ms: int) -> bool:
        """What happens besides the writing; whether anything did."""
        coming = [one for one in PEOPLE if (one.came, _OPENING_HOUR) == (day, hour)]
        for number, who in enumerate(coming):
            await self._registry.join(who, from_ms + number * 73_000)
        owed = await self._market.catch_up(from_ms)
        buying = [one for one in of_hour(PURCHASES, day, hour) if one.end != WAITS]
        for number, purchase in enumerate(buying):
            member = self._registry.members[purchase.email]
            at_ms = from_ms + 421_000 + number * 517_000
            if at_ms + TO_PAY_MS < self._end_ms:
                await self._market.buy(purchase, member.account, member.who.language, at_ms)
        at_desk = hour == _OPENING_HOUR + 1
        if at_desk:
            self._env.time_ms = from_ms + 754_000
            await self._desk.day(day, self._modes)
        if (day, hour) == _KEY_LOST:
            await self._registry.replace_last_key(CUSTOMER, from_ms)
        return bool(coming or owed or buying or at_desk or (day, hour) == _KEY_LOST)

    async def _today(self) -> None:
        """What is not finished at the end of the month."""
        for number, purchase in enumerate(one for one in PURCHASES if one.end == WAITS):
            member = self._registry.members[purchase.email]
            at_ms = self._end_ms - (number + 1) * 480_000
            await self._market.buy(purchase, member.account, member.who.language, at_ms)
        self._env.time_ms = self._end_ms
        await self._registry.sign_in(self._registry.members[CUSTOMER].account.id, self._end_ms - HOUR_MS)
        await self._registry.refresh()
        jobs = [self._job(who) for who in PEOPLE if who.habit is Habit.SHOP]
        await self._scribe.queue(jobs, self._registry.members)
        await self._desk.write_letters(self._settings.site)
        while await self._store.history.advance(self._end_ms):
            pass

    def _job(self, who: Somebody) -> Wish:
        return Wish(
            at_ms=self._end_ms - 1_000,
            who=who,
            way=JOB,
            mode="article",
            state="settled",
            reason="",
            took_ms=0,
        )
