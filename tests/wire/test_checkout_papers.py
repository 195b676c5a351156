"""Codes, the page of what was bought, and papers for companies."""

import re
from collections.abc import Iterator
from html import unescape

import pytest

from slovomat.ports.shop import Goods
from slovomat.settings import Settings
from slovomat.testing.fakepay import FakePay
from slovomat.usecases.codes import CodeOrder, make_codes
from slovomat.web.checkout.bank_order import payment_text
from slovomat.web.checkout.in_words import roubles_in_words
from slovomat.web.checkout.requisites import is_inn
from slovomat.web.checkout.vat import contained_kopecks, rate_percent
from tests.wire.checkout_stand import Buyer, Shop, settings_for, shop_at

SELLER = {
    "seller_name": "ООО «Слово»",
    "seller_inn": "7707083893",
    "seller_kpp": "770701001",
    "seller_address": "Москва, ул. Слов, 1",
    "seller_bank_name": "АО «Банк»",
    "seller_bank_bik": "044525225",
    "seller_bank_account": "40702810900000000001",
    "seller_bank_correspondent": "30101810400000000225",
    "seller_signer": "директор И. И. Иванов",
    "receipts_vat": "22",
}
COMPANY = {"name": "ООО <Ромашка>", "inn": "7736207543", "kpp": "773601001", "address": "Москва"}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """A shop that takes bank transfers, and cards through one provider."""
    with FakePay() as fake:
        told = {**settings_for(fake, ("stripe",)), **SELLER}
        with shop_at(tmp_path_factory.mktemp("shop"), fake, **told) as running:
            yield running


def codes(shop: Shop, count: int) -> tuple[str, ...]:
    """Of a batch of 250 requests each."""
    goods = Goods(title="Подарок", requests=250)
    order = CodeOrder(goods=goods, count=count, by="test")
    return shop.call(make_codes, shop.store, shop.env, shop.secret, order).codes


def test_a_code_is_taken_once(shop: Shop) -> None:
    """Typed in small letters; posted twice it is «уже ваш»; another's is used; nonsense is told kindly."""
    buyer, other = shop.buyer(), shop.buyer()
    (code,) = codes(shop, 1)
    assert "Код принят" in buyer.post("/codes", code=f" {code.lower()} ").text
    assert "уже ваш" in buyer.post("/codes", code=code).text
    assert shop.grants(buyer) == [250]
    assert "уже использован" in other.post("/codes", code=code).text
    wrong = other.post("/codes", code="<b>nonsense</b>")
    assert (wrong.status_code, "Такого кода нет" in wrong.text) == (400, True)
    assert "<b>nonsense" not in wrong.text
    assert shop.grants(other) == []


def test_guessing_codes_is_slowed(shop: Shop) -> None:
    """And the one who guesses is told for how long."""
    buyer = shop.buyer()
    answers = [buyer.post("/codes", code=f"guess {n}") for n in range(8)]
    assert answers[0].status_code == 400
    assert answers[-1].status_code == 429
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60


def invoiced(buyer: Buyer) -> int:
    """An order with an invoice for the company."""
    order = buyer.order()
    asked = buyer.post(f"/orders/{order}/pay", provider="invoice")
    assert asked.url.endswith("/requisites")
    made = buyer.post(f"/orders/{order}/requisites", **COMPANY)
    assert made.url.endswith(f"/orders/{order}/invoice")
    return order


def test_a_bank_invoice_is_paid_when_the_operator_says_so(shop: Shop) -> None:
    """With the bank's details, a code for its app, and VAT; then the act, with the sum in words."""
    buyer = shop.buyer()
    order = invoiced(buyer)
    invoice = buyer.get(f"/orders/{order}/invoice").text
    for words in ("40702810900000000001", "044525225", "7736207543", "data:image/svg+xml;base64", "35,89"):
        assert words in invoice
    assert "<Ромашка>" not in invoice
    assert "Сто девяносто девять рублей 00 копеек" in unescape(invoice)
    assert "Счёт выставлен" in buyer.get(f"/orders/{order}").text
    assert buyer.get(f"/orders/{order}/act").url.endswith(f"/orders/{order}")
    payment = shop.payments(order)[-1].id
    shop.service.command("payments", "confirm", str(payment), "--reason", "выписка")
    assert shop.grants(buyer) == [500]
    act = buyer.get(f"/orders/{order}/act").text
    assert "Услуги оказаны полностью" in act
    assert "Сто девяносто девять рублей" in act
    changed = buyer.post(f"/orders/{order}/requisites", **{**COMPANY, "name": "ООО «Другое»"})
    assert "Другое" not in changed.text
    assert "по счёту" in buyer.get("/topup").text


def test_who_paid_by_card_can_have_an_act_too(shop: Shop) -> None:
    """The details are asked for then."""
    buyer = shop.buyer()
    order, there = buyer.buys("stripe")
    shop.fake.pay(there.id)
    assert "Акт" in buyer.get(f"/orders/{order}?back=1").text
    assert buyer.get(f"/orders/{order}/act").url.endswith("/requisites")
    made = buyer.post(f"/orders/{order}/requisites", **COMPANY)
    assert made.url.endswith("/act")


def test_details_that_cannot_be_right_are_shown_again(shop: Shop) -> None:
    """With what was typed; nothing is made out."""
    buyer = shop.buyer()
    order = buyer.order()
    wrong = buyer.post(f"/orders/{order}/requisites", name=" ", inn="7736207544", kpp="1", address="")
    assert wrong.status_code == 400
    assert len(re.findall("is-invalid", wrong.text)) == 4
    assert 'value="7736207544"' in wrong.text
    assert shop.payments(order) == []
    stranger = shop.buyer()
    for paper in ("requisites", "invoice", "act"):
        assert stranger.get(f"/orders/{order}/{paper}").status_code == 404


@pytest.mark.parametrize(
    ("kopecks", "words"),
    [
        (0, "Ноль рублей 00 копеек"),
        (101, "Один рубль 01 копейка"),
        (2_202, "Двадцать два рубля 02 копейки"),
        (119_911, "Одна тысяча сто девяносто девять рублей 11 копеек"),
        (1_200_000, "Двенадцать тысяч рублей 00 копеек"),
        (213_100_155, "Два миллиона сто тридцать одна тысяча один рубль 55 копеек"),
        (100_000_000_000, "Один миллиард рублей 00 копеек"),
    ],
)
def test_sums_in_words(kopecks: int, words: str) -> None:
    """As Russian counts and bends them."""
    assert roubles_in_words(kopecks) == words


def test_numbers_of_companies() -> None:
    """Ten digits or twelve, with their check digits."""
    assert all(map(is_inn, ("7707083893", "7736207543", "500100732259")))
    assert not any(map(is_inn, ("7707083894", "500100732258", "500100732269", "77070838", "٧٧٠٧٠٨٣٨٩٣", "")))


def test_vat_that_a_price_contains() -> None:
    """To the nearest kopeck; at the rate of a prepayment too."""
    assert (rate_percent("none"), rate_percent("22"), rate_percent("22/122")) == (None, 22, 22)
    assert (contained_kopecks(12_200, 22), contained_kopecks(19_900, 22)) == (2_200, 3_589)


def test_the_text_of_a_bank_code() -> None:
    """Its fields in order; a bar inside a value would begin another."""
    settings = Settings.model_validate(SELLER | {"seller_name": "ООО | Слово"})
    assert payment_text(settings, 19_900, "Счёт № 7").split("|") == [
        "ST00012",
        "Name=ООО   Слово",
        "PersonalAcc=40702810900000000001",
        "BankName=АО «Банк»",
        "BIC=044525225",
        "CorrespAcc=30101810400000000225",
        "PayeeINN=7707083893",
        "KPP=770701001",
        "Sum=19900",
        "Purpose=Счёт № 7",
    ]
    assert payment_text(Settings.model_validate(SELLER | {"seller_bank_bik": ""}), 1, "") == ""
