"""Robokassa: payment page, ResultURL, OpStateExt (https://docs.robokassa.ru/ru).

Nothing is called to begin a payment: its page's address is signed. Our reference is its InvId: a number.
"""

import hashlib
import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, quote, urlencode

import msgspec

from slovomat.payments import amounts, answers, robokassa_papers
from slovomat.payments.authenticity import Networks, same
from slovomat.payments.http import ProviderHTTP
from slovomat.payments.kind import Kind
from slovomat.payments.robokassa_state import Operation, read_operation
from slovomat.ports.payments import (
    Begun,
    Checkout,
    Closing,
    Notice,
    ProviderFault,
    ProviderPayment,
    ProviderState,
    ProviderUnavailableError,
    Refund,
    RefundsTold,
    Reply,
)

_STATES = {
    "100": ProviderState.PAID,
    "10": ProviderState.CANCELLED,
    "60": ProviderState.REFUNDED,
}
"""5 begun, 20 held, 50 received and not passed on, 80 stopped for a check: all of these wait."""
_INVOICE = re.compile(r"[1-9][0-9]{0,17}", re.ASCII)
_TITLE_CHARS = 100
_TRIED = Operation("100", "", "", "RUB")
_TRIED_KEPT = 1000


class Credentials(msgspec.Struct, frozen=True):
    """What a shop there signs with."""

    login: str
    password1: str
    password2: str
    password3: str
    hash_name: str
    test: bool


class Robokassa:
    """One shop there."""

    name = "robokassa"
    currencies = frozenset({"RUB"})
    refund_key_ms = 0
    closing_key_ms = 0

    def __init__(
        self, who: Credentials, urls: robokassa_papers.URLs, networks: str, http: ProviderHTTP
    ) -> None:
        self.shop = who.login
        self.test = who.test
        self._who = who
        self._urls = urls
        self._networks = Networks(networks)
        self._http = http
        self._tried: dict[str, int] = {}

    async def begin(self, checkout: Checkout) -> Begun | ProviderFault:
        """The signed address of the payment page."""
        if not _INVOICE.fullmatch(checkout.reference):
            return answers.told(f"the reference {checkout.reference!r} is no number")
        sum_rubles = amounts.rubles(checkout.amount_kopecks)
        signed = [self.shop, sum_rubles, checkout.reference]
        form = {
            "MerchantLogin": self.shop,
            "OutSum": sum_rubles,
            "InvId": checkout.reference,
            "Description": checkout.title[:_TITLE_CHARS],
            "Culture": "ru" if checkout.language == "ru" else "en",
            "Encoding": "utf-8",
        }
        if checkout.email:
            form["Email"] = checkout.email
        if checkout.receipt:
            # Signed as it stands in the form, and that is encoded once already.
            form["Receipt"] = quote(robokassa_papers.receipt(checkout.receipt), safe="")
            signed.append(form["Receipt"])
        if self.test:
            form["IsTest"] = "1"
        form["SignatureValue"] = self._hash(*signed, self._who.password1)
        return Begun("", f"{self._urls.pay}/Merchant/Index.aspx?{urlencode(form)}")

    async def ask(self, provider_id: str, reference: str) -> ProviderPayment | None:
        """The payment now."""
        operation = await self._operation(reference)
        if operation is None:
            return self._tried_payment(reference)
        state = _STATES.get(operation.state, ProviderState.PENDING)
        amount_kopecks = amounts.kopecks(operation.out_sum) if operation.out_sum else 0
        if amount_kopecks is None or (state is ProviderState.PAID and not amount_kopecks):
            raise ProviderUnavailableError(f"invoice {reference} with a sum that is none")
        return self._payment(reference, state, amount_kopecks, operation)

    async def refund(self, refund: Refund) -> ProviderFault | None:
        """Gives money back, where a third password was given out for that."""
        if not self._who.password3:
            return answers.told("no password 3: give the money back at Robokassa itself")
        try:
            operation = await self._operation(refund.reference)
        except ProviderUnavailableError:
            return answers.told("does not answer: nothing was asked for, try again later")
        if operation is None or not operation.key:
            return answers.told(f"invoice {refund.reference} is not paid")
        whole = amounts.kopecks(operation.out_sum) == refund.amount_kopecks
        paper = robokassa_papers.refund(operation.key, refund, self._who.password3, whole=whole)
        url = f"{self._urls.refund}/RefundService/Refund/Create"
        answered = answers.decided(await self._http.post(url, paper, "application/jwt", {}))
        answer = answers.read(answered, robokassa_papers.Refused)
        return None if answer.success else answers.told(answer.message or "")

    async def close_receipt(self, closing: Closing) -> ProviderFault | None:
        """The second receipt of an operation; a third one is refused there."""
        paper = robokassa_papers.closing(
            closing, self._who.login, self._who.password1, self._who.hash_name, self._urls.site
        )
        url = f"{self._urls.receipt}/RoboFiscal/Receipt/Attach"
        answered = answers.decided(await self._http.post(url, paper, "text/plain", {}))
        answer = answers.read(answered, robokassa_papers.Printed)
        return (
            None
            if str(answer.code) in {"0", "1", "2"}
            else answers.told(str(answer.code), answer.description)
        )

    def read_notice(
        self, headers: Mapping[str, str], body: bytes, address: str, now_ms: int
    ) -> Notice | None:
        """Of a payment that was made. Its sum is signed as it came, digit for digit."""
        try:
            pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=100)
        except ValueError:
            return None
        told = dict(pairs)
        if len(told) != len(pairs) or not self._networks.hold(address):
            return None
        ours = sorted((name, value) for name, value in pairs if name.lower().startswith("shp_"))
        out_sum, invoice = told.get("OutSum", ""), told.get("InvId", "")
        right = self._hash(
            out_sum, invoice, self._who.password2, *(f"{name}={value}" for name, value in ours)
        )
        if not same(told.get("SignatureValue", "").lower(), right) or not _INVOICE.fullmatch(invoice):
            return None
        if (told.get("IsTest") == "1") is not self.test:
            return None
        if self.test:
            self._remember(invoice, out_sum)
        return Notice("", invoice)

    def reply(self, notice: Notice) -> Reply:
        """`OK` and the number of the invoice."""
        return Reply(f"OK{notice.reference}".encode())

    async def close(self) -> None:
        """Closes its connections."""
        await self._http.close()

    async def _operation(self, reference: str) -> Operation | None:
        if not _INVOICE.fullmatch(reference):
            return None
        signature = self._hash(self.shop, reference, self._who.password2)
        query = {"MerchantLogin": self.shop, "InvoiceID": reference, "Signature": signature}
        url = f"{self._urls.pay}/Merchant/WebService/Service.asmx/OpStateExt"
        return read_operation(answers.decided(await self._http.get(url, query, {})))

    def _payment(
        self, reference: str, state: ProviderState, amount_kopecks: int, operation: Operation
    ) -> ProviderPayment:
        return ProviderPayment(
            provider_id=operation.key,
            reference=reference,
            state=state,
            amount_kopecks=amount_kopecks,
            currency=operation.currency,
            shop=self.shop,
            test=self.test,
            refunded_kopecks=amount_kopecks if state is ProviderState.REFUNDED else 0,
            refunds_told=RefundsTold.NOTHING,
        )

    def _remember(self, invoice: str, out_sum: str) -> None:
        """OpStateExt does not know test payments: there, what was signed is all that can be asked."""
        amount_kopecks = amounts.kopecks(out_sum)
        if amount_kopecks:
            self._tried[invoice] = amount_kopecks
        while len(self._tried) > _TRIED_KEPT:
            del self._tried[next(iter(self._tried))]

    def _tried_payment(self, reference: str) -> ProviderPayment | None:
        amount_kopecks = self._tried.get(reference)
        if amount_kopecks is None:
            return None
        return self._payment(reference, ProviderState.PAID, amount_kopecks, _TRIED)

    def _hash(self, *parts: str) -> str:
        return hashlib.new(self._who.hash_name, ":".join(parts).encode(), usedforsecurity=False).hexdigest()


def _make(options: Mapping[str, str], http: ProviderHTTP) -> Robokassa | None:
    who = Credentials(
        options["robokassa_login"],
        options["robokassa_password1"],
        options["robokassa_password2"],
        options["robokassa_password3"],
        options["robokassa_hash"],
        bool(options["robokassa_test"]),
    )
    if not who.login or not who.password1 or not who.password2:
        return None
    urls = robokassa_papers.URLs(
        options["robokassa_url"].rstrip("/"),
        options["robokassa_refund_url"].rstrip("/"),
        options["robokassa_receipt_url"].rstrip("/"),
        options["site"],
    )
    return Robokassa(who, urls, options["robokassa_networks"], http)


PROVIDER = Kind(
    "robokassa",
    "Robokassa: карты, СБП, кошельки",
    "Robokassa: cards, SBP, wallets",
    (
        "robokassa_login",
        "robokassa_password1",
        "robokassa_password2",
        "robokassa_password3",
        "robokassa_hash",
        "robokassa_test",
        "robokassa_url",
        "robokassa_refund_url",
        "robokassa_receipt_url",
        "robokassa_networks",
        "site",
    ),
    _make,
)
