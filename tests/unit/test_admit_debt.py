"""Who owes requests spends none, and is told so as one whose balance is low."""

from pathlib import Path

import msgspec
import pytest
from tests.books import MODE, mark, open_books

from slovomat.domain.caller import Caller
from slovomat.domain.days import Calendar
from slovomat.domain.refusal import Code, Refusal
from slovomat.domain.request import Accepted, JobRequest
from slovomat.limits.memory import MemoryLimits
from slovomat.usecases.admit import Admission, AdmissionRules

RULES = AdmissionRules(
    creates_per_minute=0,
    polls_per_minute=0,
    balances_per_minute=0,
    hold_ms=660_000,
    idempotency_ms=86_400_000,
    owner="me",
)


@pytest.mark.anyio
async def test_who_owes_is_refused_and_a_repeat_is_answered_all_the_same(tmp_path: Path) -> None:
    """The allowance and all packs wait until the debt is paid."""
    async with open_books(tmp_path, daily=10) as books:
        admission = Admission(
            books.store, books.env, MemoryLimits(books.env), Calendar("Europe/Moscow"), RULES
        )
        offer = await books.store.find_plan("Plan")
        assert offer is not None
        free = Caller(account_id=books.account, plan=offer.plan, key=books.key)
        owing = msgspec.structs.replace(free, debt_requests=1)
        first = JobRequest(
            dialect="textbot", price_requests=2, mode=MODE, text="x", cut_chars=0, idempotency=mark("first")
        )
        accepted = (await admission.hold(free, first, None)).result
        assert isinstance(accepted, Accepted)
        other = msgspec.structs.replace(first, idempotency=mark("other"))
        refused = (await admission.hold(owing, other, None)).result
        assert isinstance(refused, Refusal)
        assert (refused.code, refused.balance_requests) == (Code.BALANCE_LOW, 0)
        again = (await admission.hold(owing, first, None)).result
        assert isinstance(again, Accepted)
        assert (again.id, again.replayed) == (accepted.id, True)
        assert [await admission.balance(one) for one in (free, owing)] == [8, 0]
