"""The commands about payments and codes."""

import asyncio
from pathlib import Path

import pytest
from tests.cli_operator import Operator
from tests.played_env import PlayedEnv

from slovomat.cli.exits import Exit
from slovomat.domain.ids import PaymentId
from slovomat.env import SystemEnv
from slovomat.ports.shop import Order, Payment
from slovomat.storage.open import make_store
from slovomat.usecases.checkout import CheckoutDesk, CheckoutRules
from slovomat.usecases.codes import redeem_code


@pytest.fixture
def operator(tmp_path: Path) -> Operator:
    """An operator of an instance with one customer."""
    operator = Operator(tmp_path / "data")
    operator.run("user", "add", "a@b.c")
    return operator


async def ordered(data: Path) -> PaymentId:
    """The customer wants the first pack, and an invoice for it."""
    store = make_store(data / "slovomat.db")
    await store.open()
    account = await store.find_account("a@b.c")
    assert account is not None
    desk = CheckoutDesk(store, SystemEnv(), {}, CheckoutRules(), lambda: "")
    order = await desk.order_pack(account, (await store.list_pack_offers())[0].id)
    assert isinstance(order, Order)
    payment = await desk.invoice(account, order.id)
    assert isinstance(payment, Payment)
    await store.close_store()
    return payment.id


def test_an_invoice_is_confirmed_refunded_and_seen(operator: Operator) -> None:
    """Each once; the books stay whole."""
    payment = str(asyncio.run(ordered(operator.data)))
    (listed,) = operator.json("payments", "list", "--state", "pending")["payments"]
    assert (listed["email"], listed["amount_kopecks"], listed["provider"]) == ("a@b.c", 9_900, "invoice")
    confirm = ("payments", "confirm", payment, "--reason", "statement 5")
    assert [operator.json(*confirm)["outcome"] for _ in "12"] == ["now", "before"]
    assert operator.json("user", "show", "a@b.c")["packs"][0]["available"] == 100
    refund = ("payments", "refund", payment, "--reason", "too much", "--once", "k")
    part = operator.json(*refund, "--kopecks", "990")
    assert (part["state"], part["taken_requests"]) == ("done", 10)
    assert operator.json(*refund, "--kopecks", "990")["id"] == part["id"]
    rest = operator.json("payments", "refund", payment, "--reason", "all")
    assert (rest["amount_kopecks"], rest["taken_requests"]) == (8_910, 90)
    shown = operator.json("payments", "show", payment)
    assert (shown["state"], len(shown["refunds"])) == ("refunded", 2)
    assert operator.json("audit")["ok"] is True
    assert "nothing was given back" in operator.fault(
        "payments", "refund", payment, "--reason", "more", code=Exit.FAILED
    )


def test_payments_that_are_not_there_are_faults(operator: Operator) -> None:
    """As is a question to nobody."""
    for words in (("show", "7"), ("check", "7"), ("confirm", "7", "--reason", "x")):
        assert "no payment 7" in operator.fault("payments", *words, code=Exit.NOT_FOUND)
    payment = str(asyncio.run(ordered(operator.data)))
    assert operator.json("payments", "check", payment, code=Exit.UPSTREAM)["outcome"] == "unknown"
    assert operator.json("payments", "reconcile") == {"asked": 0, "outcomes": {}}
    assert operator.json("payments", "list", "--troubled")["payments"] == []


def test_codes_are_shown_once_and_their_fate_ever_after(operator: Operator) -> None:
    """As CSV both times; what is stored opens nothing."""
    printed = operator.run("codes", "make", "3", "--requests", "50", "--note", "fair").splitlines()
    assert printed[0] == "code"
    assert len(printed) == 4
    asyncio.run(_redeem(operator.data, printed[1]))
    (batch,) = operator.json("codes", "list")["batches"]
    assert (batch["codes"], batch["redeemed"], batch["note"]) == (3, 1, "fair")
    fate = operator.run("codes", "csv", str(batch["id"])).splitlines()
    assert fate[0] == "id;email;redeemed_at"
    assert [line.split(";")[1] for line in fate[1:]] == ["a@b.c", "", ""]
    assert printed[1].replace("-", "") not in (operator.data / "slovomat.db").read_bytes().decode("latin-1")
    assert operator.json("user", "show", "a@b.c")["packs"][0]["available"] == 50
    operator.fault("codes", "csv", "9", code=Exit.NOT_FOUND)


async def _redeem(data: Path, code: str) -> None:
    store = make_store(data / "slovomat.db")
    await store.open()
    account = await store.find_account("a@b.c")
    assert account is not None
    secret = bytes.fromhex((data / "secret.key").read_text().strip())
    await redeem_code(store, PlayedEnv(), secret, account.id, code)
    await store.close_store()


def test_a_code_is_of_a_pack_or_of_a_plan(operator: Operator) -> None:
    """Not of both, nor of a plan that is not there."""
    made = operator.json("codes", "make", "2", "--plan", "Престиж", "--expires", "30d")
    assert (made["title"], len(made["codes"])) == ("Престиж", 2)
    (batch,) = operator.json("codes", "list")["batches"]
    assert batch["period_days"] == 30
    operator.fault("codes", "make", "1", code=Exit.USAGE)
    operator.fault("codes", "make", "1", "--plan", "X", "--requests", "1", code=Exit.USAGE)
    operator.fault("codes", "make", "1", "--plan", "X", code=Exit.NOT_FOUND)
