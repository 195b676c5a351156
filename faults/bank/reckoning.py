"""After the faults: every promise is looked for, and the books are held against the notes."""

import asyncio
import re
from collections.abc import Sequence

from faults.bank.customers import Customer
from faults.bank.line import Line
from faults.bank.notes import PRICE, Account, Notes
from faults.stand import Stand
from faults.upstream import Saying

_WITHIN_S = 90
_AT_ONCE = 32
_BUG = re.compile(r'"event": "[^"]*\ba bug|^\s*(?:[+|] )?\s*(?:Exception Group )?Traceback')


class Reckoning:
    """What must hold once all is well again."""

    def __init__(self, stand: Stand, notes: Notes, saying: Saying) -> None:
        self._stand = stand
        self._notes = notes
        self._saying = saying

    async def hold(self, customers: Sequence[tuple[Account, Customer, Line]]) -> None:
        """Every job ends, nothing stays held, each account was charged what it was told, and it stays so."""
        for account, customer, _ in customers:
            await self._all_final(account, customer)
        await self._books()
        for account, _, line in customers:
            await self._balance(account, line)
        self._upstream()
        self._log()
        await asyncio.to_thread(self._stand.restart)
        for account, customer, line in customers:
            await _each(customer, list(account.jobs)[:: max(1, len(account.jobs) // 50)])
            await self._balance(account, line)

    async def _all_final(self, account: Account, customer: Customer) -> None:
        end = asyncio.get_running_loop().time() + _WITHIN_S
        while waiting := [number for number, job in account.jobs.items() if job.final is None]:
            if asyncio.get_running_loop().time() > end:
                self._notes.violations.append(f"{len(waiting)} jobs without an end: {waiting[:20]}")
                return
            await _each(customer, waiting)
            await asyncio.sleep(0.1)

    async def _books(self) -> None:
        end = asyncio.get_running_loop().time() + _WITHIN_S
        while True:
            audit = await asyncio.to_thread(self._stand.command, "audit")
            if audit["held"] == 0 or asyncio.get_running_loop().time() > end:
                break
            await asyncio.sleep(0.5)
        self._notes.check(audit["ok"], f"the audit: {audit['violations'][:5]}")
        self._notes.check(audit["held"] == 0, f"{audit['held']} requests are held by nobody who lives")

    async def _balance(self, account: Account, line: Line) -> None:
        """Charged: what was told as done, and of what nobody learned, each whole or not at all."""
        told = None
        while told is None or told.status != 200:
            told = await line.textbot("balance")
        spent = account.credit - int(told.body["balance"])
        least, most = PRICE * account.charged, PRICE * (account.charged + account.unknown)
        right = least <= spent <= most and spent % PRICE == 0
        self._notes.check(
            right, f"{spent} requests were charged, not from {least} to {most} ({account.keyed=})"
        )

    def _upstream(self) -> None:
        begged = [text for text in self._saying.asked if text.startswith("poor")]
        self._notes.check(not begged, f"refused calls reached the upstream: {begged[:5]}")

    def _log(self) -> None:
        """No key, no prompt, and no fault of the program's own."""
        log = self._stand.log
        for account in self._notes.accounts:
            self._notes.check(account.key not in log, "a key stands in the log")
        self._notes.check("you said" not in log and "job 1" not in log, "a prompt or an answer is in the log")
        bugs = [line for line in log.splitlines() if _BUG.search(line)]
        self._notes.check(not bugs, f"{len(bugs)} bugs in the log, the first: {bugs[:1]}")


async def _each(customer: Customer, numbers: Sequence[int]) -> None:
    """Looks at all, a few at once."""
    room = asyncio.Semaphore(_AT_ONCE)

    async def look(number: int) -> None:
        async with room:
            await customer.look(number)

    await asyncio.gather(*(look(number) for number in numbers))
