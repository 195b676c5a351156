"""What providers are asked, and what is made of their answers."""

import base64
import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec
import pytest
from tests.payments_stand import CHECKOUT, NAMES, Asked, closing_of, place, refund_of
from yookassa.domain.request.payment_request import PaymentRequest  # type: ignore[import-untyped]
from yookassa.domain.request.receipt_request import ReceiptRequest  # type: ignore[import-untyped]

from slovomat.payments.tkassa import token
from slovomat.ports.payments import (
    Begun,
    ClosesReceipts,
    ProviderFault,
    ProviderPayment,
    ProviderState,
    ProviderUnavailableError,
    RefundsTold,
)

pytestmark = pytest.mark.anyio

ID = "22d6d597-000f-5000-9000-145f6df21d6f"
IDS = {"yookassa": ID, "tkassa": "8742591", "robokassa": "", "cloudpayments": "504", "stripe": "cs_test_1"}
STATE_OF_ROBOKASSA = """<?xml version="1.0" encoding="utf-8"?>
<OperationStateResponse xmlns="http://merchant.roboxchange.com/WebService/">
  <Result><Code>{result}</Code></Result>
  <State><Code>{state}</Code><RequestDate>2026-11-22T15:00:00+03:00</RequestDate></State>
  <Info><OutCurrLabel>{label}</OutCurrLabel><OutSum>{out_sum}</OutSum><OpKey>{key}</OpKey></Info>
</OperationStateResponse>"""


def body_of(asked: Asked) -> Any:
    """The JSON that was sent, its numbers as text."""
    return json.loads(asked.body, parse_float=str)


def form_of(asked: Asked) -> dict[str, str]:
    """The form that was sent."""
    return dict(parse_qsl(asked.body.decode()))


def yookassa_payment(**changed: object) -> bytes:
    """A payment as its documentation has it, shortened."""
    payment: dict[str, object] = {
        "id": ID,
        "status": "succeeded",
        "paid": True,
        "amount": {"value": "123.45", "currency": "RUB"},
        "recipient": {"account_id": "54401", "gateway_id": "1"},
        "test": True,
        "refundable": True,
        "metadata": {"reference": "17"},
    }
    return json.dumps(payment | changed).encode()


def tkassa_state(**changed: object) -> bytes:
    """The answer of GetState."""
    state: dict[str, object] = {
        "Success": True,
        "ErrorCode": "0",
        "Message": "OK",
        "TerminalKey": "MerchantTerminalKey",
        "Status": "CONFIRMED",
        "PaymentId": "8742591",
        "OrderId": "17",
        "Amount": 12_345,
    }
    return json.dumps(state | changed).encode()


def robokassa_state(
    state: str = "100", result: str = "0", out_sum: str = "123.450000", label: str = "BNR"
) -> bytes:
    """The answer of OpStateExt."""
    return STATE_OF_ROBOKASSA.format(
        state=state, result=result, out_sum=out_sum, label=label, key="KEY-1"
    ).encode()


def cloudpayments_found(*, success: bool = True, **changed: object) -> bytes:
    """The answer of payments/find."""
    model: dict[str, object] = {
        "PublicId": "pk_site",
        "TransactionId": 504,
        "Amount": 123.45,
        "Currency": "RUB",
        "InvoiceId": "17",
        "TestMode": False,
        "Status": "Completed",
        "Type": 0,
        "Refunded": False,
    }
    return json.dumps({"Model": model | changed, "Success": success, "Message": None}).encode()


def stripe_session(**changed: object) -> bytes:
    """A session with its intent and charge."""
    session: dict[str, object] = {
        "id": "cs_test_1",
        "object": "checkout.session",
        "livemode": False,
        "status": "complete",
        "payment_status": "paid",
        "amount_total": 12_345,
        "currency": "rub",
        "client_reference_id": "17",
        "payment_intent": {"id": "pi_1", "latest_charge": {"id": "ch_1", "amount_refunded": 0}},
    }
    return json.dumps(session | changed).encode()


async def outcome(call: Awaitable[object]) -> object:
    """What came of it, be it that nothing is known."""
    try:
        return await call
    except ProviderUnavailableError as fault:
        return fault


def paid(name: str) -> ProviderPayment:
    """The payment as each of the above tells it."""
    shops = {
        "yookassa": "54401",
        "tkassa": "MerchantTerminalKey",
        "robokassa": "demo",
        "cloudpayments": "pk_site",
    }
    return ProviderPayment(
        provider_id=IDS[name] or "KEY-1",
        reference="17",
        state=ProviderState.PAID,
        amount_kopecks=12_345,
        currency="RUB",
        shop=shops.get(name, name),
        test=name in {"yookassa", "stripe"},
        refunds_told=RefundsTold.NOTHING if name == "robokassa" else RefundsTold.SUM,
    )


ASKED: dict[str, tuple[str, Callable[..., bytes]]] = {
    "yookassa": (f"/payments/{ID}", yookassa_payment),
    "tkassa": ("/v2/GetState", tkassa_state),
    "robokassa": ("/Merchant/WebService/Service.asmx/OpStateExt", robokassa_state),
    "cloudpayments": ("/payments/find", cloudpayments_found),
    "stripe": ("/v1/checkout/sessions/cs_test_1", stripe_session),
}


@pytest.mark.parametrize("name", NAMES)
async def test_a_paid_payment_is_told_alike_by_all(name: str) -> None:
    """Whatever their words for it."""
    async with place() as there:
        path, answer = ASKED[name]
        there.lay(path, answer())
        assert await there.providers[name].ask(IDS[name], "17") == paid(name)


@pytest.mark.parametrize(
    ("name", "answer", "state", "refunded_kopecks"),
    [
        ("yookassa", yookassa_payment(status="pending"), "pending", 0),
        ("yookassa", yookassa_payment(status="waiting_for_capture"), "pending", 0),
        ("yookassa", yookassa_payment(status="canceled"), "cancelled", 0),
        ("yookassa", yookassa_payment(refunded_amount={"value": "50.00", "currency": "RUB"}), "paid", 5_000),
        (
            "yookassa",
            yookassa_payment(refunded_amount={"value": "123.45", "currency": "RUB"}),
            "refunded",
            12_345,
        ),
        *[
            ("tkassa", tkassa_state(Status=one), "pending", 0)
            for one in ("NEW", "AUTHORIZED", "AUTH_FAIL", "NOVEL")
        ],
        ("tkassa", tkassa_state(Status="PARTIAL_REFUNDED"), "paid", 0),
        ("tkassa", tkassa_state(Status="REFUNDED"), "refunded", 12_345),
        ("tkassa", tkassa_state(Status="REJECTED", Success=False, ErrorCode="1051"), "cancelled", 0),
        *[
            ("tkassa", tkassa_state(Status=one), "cancelled", 0)
            for one in ("CANCELED", "REVERSED", "DEADLINE_EXPIRED")
        ],
        *[("robokassa", robokassa_state(one, out_sum=""), "pending", 0) for one in ("5", "20", "50", "80")],
        ("robokassa", robokassa_state("10", out_sum=""), "cancelled", 0),
        ("robokassa", robokassa_state("60"), "refunded", 12_345),
        ("cloudpayments", cloudpayments_found(Status="Declined", success=False), "pending", 0),
        ("cloudpayments", cloudpayments_found(Status="Authorized"), "pending", 0),
        ("cloudpayments", cloudpayments_found(Status="Cancelled"), "cancelled", 0),
        ("stripe", stripe_session(status="open", payment_status="unpaid", payment_intent=None), "pending", 0),
        ("stripe", stripe_session(payment_status="unpaid", payment_intent="pi_1"), "pending", 0),
        ("stripe", stripe_session(payment_status="no_payment_required"), "pending", 0),
        ("stripe", stripe_session(status="expired", payment_status="unpaid"), "cancelled", 0),
        (
            "stripe",
            stripe_session(payment_intent={"id": "pi_1", "latest_charge": {"amount_refunded": 1}}),
            "paid",
            1,
        ),
        (
            "stripe",
            stripe_session(payment_intent={"id": "pi_1", "latest_charge": {"amount_refunded": 12_345}}),
            "refunded",
            12_345,
        ),
    ],
)
async def test_what_is_not_simply_paid(name: str, answer: bytes, state: str, refunded_kopecks: int) -> None:
    """Only what is settled is paid; an unknown word is none of the ends."""
    async with place() as there:
        there.lay(ASKED[name][0], answer)
        told = await there.providers[name].ask(IDS[name], "17")
        assert told is not None
        assert (told.state, told.refunded_kopecks) == (ProviderState(state), refunded_kopecks)


async def test_other_sums_shops_currencies_and_tests_are_told_as_they_are() -> None:
    """They are compared with the order elsewhere; here nothing is smoothed over."""
    async with place() as there:
        answers = [
            (
                "yookassa",
                yookassa_payment(amount={"value": "1.00", "currency": "KZT"}, recipient={"account_id": "9"}),
            ),
            ("tkassa", tkassa_state(Amount=100, TerminalKey="Other")),
            ("robokassa", robokassa_state(out_sum="1.000000", label="KZT")),
            ("cloudpayments", cloudpayments_found(Amount=1, Currency="KZT", PublicId="pk_9", TestMode=True)),
            ("stripe", stripe_session(amount_total=100, currency="kzt", livemode=True)),
        ]
        told: list[tuple[object, ...]] = []
        for name, answer in answers:
            there.lay(ASKED[name][0], answer)
            one = await there.providers[name].ask(IDS[name], "17")
            assert one is not None
            told.append((one.amount_kopecks, one.currency, one.shop, one.test))
    assert told == [
        (100, "KZT", "9", True),
        (100, "RUB", "Other", False),
        (100, "KZT", "demo", False),
        (100, "KZT", "pk_9", True),
        (100, "KZT", "stripe", False),
    ]


@pytest.mark.parametrize(
    ("name", "answer", "status"),
    [
        ("yookassa", b'{"type":"error","code":"not_found"}', 404),
        ("tkassa", b'{"Success":false,"ErrorCode":"255","Message":"x"}', 200),
        ("robokassa", robokassa_state(result="3"), 200),
        ("cloudpayments", b'{"Success":false,"Message":"Not found"}', 200),
        ("stripe", b'{"error":{"message":"No such session"}}', 404),
    ],
)
async def test_a_payment_that_is_not_there_is_none(name: str, answer: bytes, status: int) -> None:
    """Only where the provider says so in its own words."""
    async with place() as there:
        there.lay_everywhere(answer, status)
        assert await there.providers[name].ask(IDS[name], "17") is None


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 200),
        (b"<html>busy</html>", 200),
        (b"{}", 200),
        (b"[]", 200),
        (b"null", 200),
        (b'{"Success":false}', 200),
        (b'{"error":{}}', 401),
        (b'{"a":' + b"[" * 99_999, 200),
        (b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", 200),
        (b"\xff", 200),
        (b"{}", 500),
        (b"{}", 302),
        (b"{}", 429),
        (b"x" * (1 << 20) + b"x", 200),
    ],
)
async def test_an_odd_answer_says_nothing(name: str, body: bytes, status: int) -> None:
    """It is neither a payment nor none: one asks again. No redirect is followed, no endless body read."""
    async with place() as there:
        there.lay_everywhere(body, status, Location="/elsewhere")
        with pytest.raises(ProviderUnavailableError):
            await there.providers[name].ask(IDS[name], "17")
        assert [one.path for one in there.asked] == [ASKED[name][0]]


@pytest.mark.parametrize("name", [name for name in NAMES if name != "robokassa"])
@pytest.mark.parametrize(
    ("body", "status"), [(b"", 200), (b"{}", 200), (b"[1]", 400), (b"{}", 503), (b"\xff", 200)]
)
async def test_an_odd_answer_to_a_beginning_or_a_refund_is_no_success(
    name: str, body: bytes, status: int
) -> None:
    """Either nothing is known, or it was refused."""
    async with place() as there:
        there.lay_everywhere(body, status)
        one = there.providers[name]
        for call in (one.begin(CHECKOUT), one.refund(refund_of(IDS[name]))):
            assert isinstance(await outcome(call), ProviderFault | ProviderUnavailableError)


async def test_silence_ends_and_a_closed_port_is_no_crash() -> None:
    """After the time limit; nothing of the address is told, for it may bear a signature."""
    async with place(timeout_s=0.2) as there:
        there.silent = True
        for name in NAMES:
            with pytest.raises(ProviderUnavailableError) as told:
                await there.providers[name].ask(IDS[name], "17")
            assert str(told.value) in {"TimeoutError", "ServerTimeoutError", "ConnectionTimeoutError"}
    closed = "http://127.0.0.1:1"
    async with place(robokassa_url=closed, yookassa_url=closed) as there:
        for name in ("robokassa", "yookassa"):
            with pytest.raises(ProviderUnavailableError, match="Client"):
                await there.providers[name].ask(IDS[name], "17")


async def test_yookassa_begins_and_closes_as_its_own_library_would() -> None:
    """Its library reads our requests as whole; the key makes a repeat harmless."""
    async with place() as there:
        page = {"type": "redirect", "confirmation_url": "https://yoomoney.ru/checkout?orderId=1"}
        there.lay("/payments", yookassa_payment(status="pending", confirmation=page))
        there.lay("/receipts", b'{"id":"rt_1","status":"pending"}')
        one = there.providers["yookassa"]
        assert await one.begin(CHECKOUT) == Begun(ID, "https://yoomoney.ru/checkout?orderId=1")
        assert isinstance(one, ClosesReceipts)
        assert await one.close_receipt(closing_of(ID)) is None
        begun, closed = there.asked
    assert begun.headers["idempotence-key"] == "once-17"
    assert (
        base64.b64decode(begun.headers["authorization"].removeprefix("Basic ")) == b"54401:test_yookassa-key"
    )
    wanted = body_of(begun)
    PaymentRequest(wanted).validate()
    assert wanted["amount"] == {"value": "123.45", "currency": "RUB"}
    assert wanted["capture"] is True
    assert wanted["metadata"] == {"reference": "17"}
    item: dict[str, object] = {
        "description": "Пакет «Старт»",
        "quantity": "1.00",
        "amount": {"value": "123.45", "currency": "RUB"},
    }
    item |= {"vat_code": 11, "payment_mode": "full_prepayment", "payment_subject": "service"}
    assert wanted["receipt"] == {"customer": {"email": CHECKOUT.email}, "tax_system_code": 2, "items": [item]}
    ReceiptRequest(body_of(closed)).validate()
    settled = [{"type": "prepayment", "amount": {"value": "123.45", "currency": "RUB"}}]
    assert body_of(closed)["settlements"] == settled
    assert body_of(closed)["items"][0]["payment_mode"] == "full_payment"


async def test_yookassa_refunds_and_tells_why_not() -> None:
    """In its own words."""
    async with place() as there:
        there.lay("/refunds", b'{"id":"rf_1","status":"succeeded"}')
        one = there.providers["yookassa"]
        assert await one.refund(refund_of(ID)) is None
        assert body_of(there.asked[0]) == {"payment_id": ID, "amount": {"value": "50.00", "currency": "RUB"}}
        assert there.asked[0].headers["idempotence-key"] == "back-17"
        there.lay("/refunds", b'{"type":"error","code":"invalid_request","description":"Too much"}', 400)
        assert await one.refund(refund_of(ID)) == ProviderFault("invalid_request: Too much")
        there.lay("/refunds", b'{"id":"rf_1","status":"canceled"}')
        assert isinstance(await one.refund(refund_of(ID)), ProviderFault)


async def test_tkassa_signs_every_call() -> None:
    """The receipt is left out of the signature; amounts are kopecks; what it refuses is told."""
    async with place() as there:
        there.lay("/v2/Init", tkassa_state(Status="NEW", PaymentURL="https://pay.tbank.ru/abc"))
        there.lay(
            "/v2/Cancel", tkassa_state(Status="PARTIAL_REFUNDED", OriginalAmount=12_345, NewAmount=7_345)
        )
        there.lay("/cashbox/SendClosingReceipt", b'{"Success":false,"ErrorCode":"308","Message":"No"}')
        one = there.providers["tkassa"]
        assert await one.begin(CHECKOUT) == Begun("8742591", "https://pay.tbank.ru/abc")
        assert await one.refund(refund_of("8742591")) is None
        assert isinstance(one, ClosesReceipts)
        assert await one.close_receipt(closing_of("8742591")) == ProviderFault("308: No")
        sent = [body_of(asked) for asked in there.asked]
    for body in sent:
        claimed = body.pop("Token")
        assert claimed == token(
            {k: str(v) for k, v in body.items() if not isinstance(v, dict)}, "usaf8fw8fsw21g"
        )
    assert (sent[0]["Amount"], sent[0]["OrderId"], sent[0]["PayType"]) == (12_345, "17", "O")
    assert sent[0]["NotificationURL"] == CHECKOUT.notify_url
    item = {"Name": "Пакет «Старт»", "Price": 12_345, "Quantity": 1, "Amount": 12_345, "Tax": "vat22"}
    item |= {"PaymentMethod": "full_prepayment", "PaymentObject": "service"}
    receipt = {"Email": CHECKOUT.email, "Taxation": "usn_income", "Items": [item]}
    assert sent[0]["Receipt"] == receipt
    assert (sent[1]["Amount"], sent[1]["ExternalRequestId"]) == (5_000, "back-17")
    assert sent[2]["Receipt"]["Items"][0]["PaymentMethod"] == "full_payment"


async def test_tkassa_finds_the_payment_of_an_order() -> None:
    """Of several tries, the one that was paid."""
    listed = [{"PaymentId": 1, "Status": "CONFIRMED"}, {"PaymentId": 2, "Status": "REJECTED"}]
    async with place() as there:
        there.lay(
            "/v2/CheckOrder", json.dumps({"Success": True, "ErrorCode": "0", "Payments": listed}).encode()
        )
        there.lay("/v2/GetState", tkassa_state(PaymentId=1))
        told = await there.providers["tkassa"].ask("", "17")
        assert told is not None
        assert told.provider_id == "1"
        assert body_of(there.asked[1])["PaymentId"] == "1"
        there.lay("/v2/CheckOrder", b'{"Success":false,"ErrorCode":"335","Message":"No such"}')
        assert await there.providers["tkassa"].ask("", "17") is None


async def test_robokassas_page_is_a_signed_address() -> None:
    """The receipt is encoded once for the signature, and once more for the address."""
    async with place() as there:
        begun = await there.providers["robokassa"].begin(CHECKOUT)
        assert isinstance(begun, Begun)
        assert there.asked == []
    fields = dict(parse_qsl(urlsplit(begun.url).query))
    assert urlsplit(begun.url).path == "/Merchant/Index.aspx"
    assert (fields["OutSum"], fields["InvId"], "IsTest" in fields) == ("123.45", "17", False)
    signed = f"demo:123.45:17:{fields['Receipt']}:first"
    assert fields["SignatureValue"] == hashlib.sha256(signed.encode()).hexdigest()
    item = {"name": "Пакет «Старт»", "quantity": 1, "sum": "123.45", "tax": "vat22"}
    item |= {"payment_method": "full_prepayment", "payment_object": "service"}
    written = json.loads(unquote(fields["Receipt"]), parse_float=str)
    assert written == {"sno": "usn_income", "items": [item]}


async def test_robokassa_takes_numbers_only_and_marks_tests() -> None:
    """An invoice that is no number would be made up anew there."""
    async with place(robokassa_test=True) as there:
        one = there.providers["robokassa"]
        for reference in ("", "0", "17a", "-1", "9" * 19):
            assert isinstance(
                await one.begin(msgspec.structs.replace(CHECKOUT, reference=reference)), ProviderFault
            )
            assert await one.ask("", reference) is None
        begun = await one.begin(CHECKOUT)
        assert isinstance(begun, Begun)
        assert "IsTest=1" in begun.url


async def test_robokassas_test_payments_are_what_was_signed() -> None:
    """Its status service does not know them; of real ones nothing but the service's answer counts."""
    mark = hashlib.sha256(b"123.45:17:second").hexdigest()
    body = f"OutSum=123.45&InvId=17&SignatureValue={mark}".encode()
    async with place(robokassa_test=True, robokassa_networks=()) as there:
        there.lay_everywhere(robokassa_state(result="3"))
        one = there.providers["robokassa"]
        assert await one.ask("", "17") is None
        assert one.read_notice({}, body + b"&IsTest=1", "192.0.2.1", 0) is not None
        told = await one.ask("", "17")
        assert told is not None
        assert (told.state, told.amount_kopecks, told.test) == (ProviderState.PAID, 12_345, True)
    async with place(robokassa_networks=()) as there:
        there.lay_everywhere(robokassa_state(result="3"))
        one = there.providers["robokassa"]
        assert one.read_notice({}, body, "192.0.2.1", 0) is not None
        assert await one.ask("", "17") is None


async def test_robokassa_refunds_by_a_signed_paper() -> None:
    """A JWT of HS256 with the third password; without one, the operator is told to do it there."""
    async with place() as there:
        there.lay(ASKED["robokassa"][0], robokassa_state())
        there.lay("/RefundService/Refund/Create", b'{"success":true,"message":null,"requestId":"68cd7fa6"}')
        one = there.providers["robokassa"]
        assert await one.refund(refund_of("")) is None
        assert await one.refund(msgspec.structs.replace(refund_of(""), amount_kopecks=12_345)) is None
        there.lay("/RefundService/Refund/Create", b'{"success":false,"message":"NotEnoughOperationFunds"}')
        assert await one.refund(refund_of("")) == ProviderFault("NotEnoughOperationFunds")
        part, whole = there.asked[1].body, there.asked[3].body
    signed, _, mark = part.rpartition(b".")
    assert _decoded(mark) == hmac.digest(b"third", signed, "sha256")
    assert _decoded(signed.split(b".")[0]) == b'{"alg":"HS256","typ":"JWT"}'
    assert _decoded(signed.split(b".")[1]) == b'{"OpKey":"KEY-1","RefundSum":50.00}'
    assert _decoded(whole.split(b".")[1]) == b'{"OpKey":"KEY-1"}'
    async with place(robokassa_password3="") as there:
        assert isinstance(await there.providers["robokassa"].refund(refund_of("")), ProviderFault)


async def test_robokassas_fault_is_no_refusal_of_a_refund() -> None:
    """Whether money went back is open then; before the refund was sent, it did not."""
    async with place() as there:
        there.lay(ASKED["robokassa"][0], robokassa_state())
        there.lay("/RefundService/Refund/Create", b'{"success":false,"message":"Internal"}', 500)
        one = there.providers["robokassa"]
        with pytest.raises(ProviderUnavailableError):
            await one.refund(refund_of(""))
        there.lay(ASKED["robokassa"][0], b"", 503)
        assert isinstance(await one.refund(refund_of("")), ProviderFault)


async def test_robokassa_closes_with_a_second_receipt() -> None:
    """Of a number of its own; payload and hash, each in base64 of addresses without padding."""
    async with place() as there:
        there.lay("/RoboFiscal/Receipt/Attach", '{"ResultCode":"0","ResultDescription":"Ожидание"}'.encode())
        one = there.providers["robokassa"]
        assert isinstance(one, ClosesReceipts)
        assert await one.close_receipt(closing_of("")) is None
        there.lay("/RoboFiscal/Receipt/Attach", '{"ResultCode":"1000","ResultDescription":"Ошибка"}'.encode())
        assert await one.close_receipt(closing_of("")) == ProviderFault("1000: Ошибка")
        payload, mark = there.asked[0].body.split(b".")
    assert _decoded(mark).decode() == hashlib.sha256(payload + b"first").hexdigest()
    told = json.loads(_decoded(payload), parse_float=str)
    assert (told["originId"], told["id"], told["total"]) == ("17", "1000000000000017", "123.45")
    assert told["vats"] == [{"type": "vat22", "sum": "22.26"}]
    assert told["items"][0]["payment_method"] == "full_payment"
    assert told["payments"] == [{"type": 2, "sum": "123.45"}]


async def test_cloudpayments_begins_with_an_order() -> None:
    """Its sums are numbers with two digits; the receipt is JSON within JSON."""
    async with place() as there:
        model = {"Id": "gASG", "Url": "https://orders.cloudpayments.ru/d/gASG", "Amount": 123.45}
        there.lay("/orders/create", json.dumps({"Success": True, "Message": None, "Model": model}).encode())
        one = there.providers["cloudpayments"]
        assert await one.begin(CHECKOUT) == Begun("", "https://orders.cloudpayments.ru/d/gASG")
        there.lay("/orders/create", b'{"Success":false,"Message":"Invalid Amount value"}')
        assert await one.begin(CHECKOUT) == ProviderFault("Invalid Amount value")
        asked = there.asked[0]
    assert asked.headers["x-request-id"] == "once-17"
    assert base64.b64decode(asked.headers["authorization"].removeprefix("Basic ")) == b"pk_site:cloud-secret"
    wanted = body_of(asked)
    assert (wanted["Amount"], wanted["InvoiceId"], wanted["Currency"]) == ("123.45", "17", "RUB")
    receipt = json.loads(wanted["JsonData"], parse_float=str)["cloudpayments"]["CustomerReceipt"]
    item = {"label": "Пакет «Старт»", "price": "123.45", "quantity": 1, "amount": "123.45", "vat": 22}
    assert receipt["Items"] == [item | {"method": 1, "object": 4}]
    assert (receipt["taxationSystem"], receipt["amounts"]) == (1, {"electronic": "123.45"})


async def test_cloudpayments_tells_refunds_by_its_second_way_of_finding() -> None:
    """A part leaves the payment paid; of the whole, it is refunded."""
    async with place() as there:
        there.lay("/payments/find", cloudpayments_found(Refunded=True))
        for given_back, state in ((50.0, ProviderState.PAID), (123.45, ProviderState.REFUNDED)):
            there.lay("/v2/payments/find", cloudpayments_found(Type=1, Amount=given_back, TransactionId=568))
            told = await there.providers["cloudpayments"].ask("504", "17")
            assert told is not None
            assert (told.provider_id, told.state) == ("504", state)


async def test_cloudpayments_takes_no_try_to_pay_for_a_refund() -> None:
    """Where the last transaction is a declined card, how much went back is not known: not all."""
    async with place() as there:
        there.lay("/payments/find", cloudpayments_found(Refunded=True))
        there.lay("/v2/payments/find", cloudpayments_found(Type=0, Status="Declined", TransactionId=569))
        told = await there.providers["cloudpayments"].ask("504", "17")
    assert told is not None
    assert (told.state, told.refunded_kopecks) == (ProviderState.PAID, 0)
    assert told.refunds_told is RefundsTold.SOME


async def test_cloudpayments_refunds_and_closes() -> None:
    """With a key of one hour there; the closing receipt is the cash register's own call."""
    async with place() as there:
        there.lay("/payments/refund", b'{"Model":{"TransactionId":568},"Success":true,"Message":null}')
        there.lay("/kkt/receipt", b'{"Model":{"Id":"a"},"Success":true,"Message":"Queued"}')
        one = there.providers["cloudpayments"]
        assert await one.refund(refund_of("504")) is None
        assert isinstance(await one.refund(refund_of("")), ProviderFault)
        assert isinstance(one, ClosesReceipts)
        assert await one.close_receipt(closing_of("504")) is None
        refund, closed = map(body_of, there.asked)
    assert refund == {"TransactionId": 504, "Amount": "50.00"}
    assert (closed["Inn"], closed["Type"]) == ("7707083893", "Income")
    assert closed["CustomerReceipt"]["amounts"] == {"advancePayment": "123.45"}
    assert closed["CustomerReceipt"]["Items"][0]["method"] == 4


async def test_stripe_opens_a_session_and_refunds_its_intent() -> None:
    """The number of ours goes to the session and to the charge."""
    async with place() as there:
        there.lay(
            "/v1/checkout/sessions", stripe_session(status="open", url="https://checkout.stripe.com/c/1")
        )
        there.lay("/v1/checkout/sessions/cs_test_1", stripe_session())
        there.lay("/v1/refunds", b'{"id":"re_1","status":"pending"}')
        one = there.providers["stripe"]
        assert await one.begin(CHECKOUT) == Begun("cs_test_1", "https://checkout.stripe.com/c/1")
        assert await one.refund(refund_of("cs_test_1")) is None
        there.lay("/v1/refunds", b'{"error":{"code":"charge_already_refunded","message":"Gone"}}', 400)
        assert await one.refund(refund_of("cs_test_1")) == ProviderFault("charge_already_refunded: Gone")
        there.lay("/v1/refunds", b'{"error":{"message":"busy"}}', 409)
        with pytest.raises(ProviderUnavailableError):
            await one.refund(refund_of("cs_test_1"))
        begun, looked, refunded = there.asked[:3]
        assert await one.ask("../../v1/refunds", "17") is None
    assert begun.headers["idempotency-key"] == "once-17"
    assert begun.headers["authorization"] == "Bearer sk_test_slovomat"
    wanted = form_of(begun)
    assert wanted["line_items[0][price_data][unit_amount]"] == "12345"
    assert wanted["line_items[0][price_data][currency]"] == "rub"
    assert wanted["payment_intent_data[metadata][reference]"] == wanted["client_reference_id"] == "17"
    assert looked.query == {"expand[]": "payment_intent.latest_charge"}
    assert form_of(refunded) == {"payment_intent": "pi_1", "amount": "5000"}


def _decoded(text: bytes) -> bytes:
    return base64.urlsafe_b64decode(text + b"=" * (-len(text) % 4))
