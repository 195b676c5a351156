"""The signatures that the fake makes are those that the providers' own documentation shows."""

import hashlib
import hmac
from base64 import b64encode, urlsafe_b64encode

import pytest

from slovomat.testing.fakepay.objects.robokassa import jwt
from slovomat.testing.fakepay.payments import decimal, kopecks
from slovomat.testing.fakepay.providers import cloudpayments, robokassa, tkassa
from slovomat.testing.fakepay.wire import fields


def test_tkassa_signs_init_as_its_documentation_does() -> None:
    """The published example of Init; nested objects are left out."""
    asked = {
        "TerminalKey": "MerchantTerminalKey",
        "Amount": 19200,
        "OrderId": "21090",
        "Description": "Подарочная карта на 1000 рублей",
        "DATA": {"Phone": "+71234567890"},
        "Receipt": {"Taxation": "osn"},
    }
    expected = "0024a00af7c350a3a67ca168ce06502aa72772456662e38696d48b56ee9c97d9"
    assert tkassa.token(asked, "usaf8fw8fsw21g") == expected


def test_tkassa_signs_a_notification_as_its_documentation_does() -> None:
    """The published example of a notification; a truth is written `true`, and the Token is no part of it."""
    told = {
        "TerminalKey": "1321054611234DEMO",
        "OrderId": "201709",
        "Success": True,
        "Status": "AUTHORIZED",
        "PaymentId": 8742591,
        "ErrorCode": "0",
        "Amount": 9855,
        "CardId": 322264,
        "Pan": "430000******0777",
        "ExpDate": "1122",
        "RebillId": 101709,
        "Token": "whatever came",
    }
    expected = "b906d28e76c6428e37b25fcf86c0adc52c63d503013fdd632e300593d165766b"
    assert tkassa.token(told, "Dfsfh56dgKl") == expected


def test_robokassa_hashes_what_its_documentation_names() -> None:
    """`OutSum:InvId:Password2` and the own fields by name, in capitals."""
    own = robokassa.own_fields({"Shp_oplata": "1", "Shp_login": "Vasya", "OutSum": "100.26"})
    expected = hashlib.md5(b"100.26:450009:pw2:Shp_login=Vasya:Shp_oplata=1", usedforsecurity=False)
    assert robokassa.signature("md5", "100.26", "450009", "pw2", *own) == expected.hexdigest().upper()


def test_robokassa_reads_a_token_that_its_password_signed() -> None:
    """HS256 with the third password; no other password, and no algorithm `none`."""

    def token(head: bytes, word: bytes) -> str:
        parts = [urlsafe_b64encode(part).rstrip(b"=") for part in (head, b'{"OpKey":"A","RefundSum":10.50}')]
        mark = hmac.digest(word, b".".join(parts), "sha256")
        return b".".join([*parts, urlsafe_b64encode(mark).rstrip(b"=")]).decode()

    right = token(b'{"typ":"JWT","alg":"HS256"}', b"pw3")
    assert jwt(right, "pw3") == {"OpKey": "A", "RefundSum": "10.50"}
    for wrong in (token(b'{"alg":"HS256"}', b"other"), token(b'{"alg":"none"}', b"pw3"), "junk"):
        with pytest.raises(ValueError, match=r"."):
            jwt(wrong, "pw3")


def test_cloudpayments_signs_with_hmac_in_base64() -> None:
    """RFC 4231's second case, in base64: HMAC-SHA-256 of the body by the secret."""
    published = bytes.fromhex("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
    assert cloudpayments.signature(b"what do ya want for nothing?", "Jefe") == b64encode(published).decode()


@pytest.mark.parametrize(
    ("text", "expected"),
    [("199", 19900), ("199.5", 19950), ("0.07", 7), ("199.000000", 19900), ("10.10", 1010)],
)
def test_sums_are_read_without_floats(text: str, expected: int) -> None:
    """As providers write them, and back."""
    assert kopecks(text) == expected
    assert kopecks(decimal(expected)) == expected
    assert kopecks(decimal(expected, 6)) == expected


@pytest.mark.parametrize("text", ["", "-1", "1.001", "1e3", "1,5", "١", "1.2.3", None])
def test_what_is_no_sum_is_refused(text: str | None) -> None:
    """No guess at money."""
    with pytest.raises(ValueError, match="no sum"):
        kopecks(text)


def test_sums_have_the_places_that_are_asked_for() -> None:
    """Two for most, six for Robokassa."""
    assert (decimal(5), decimal(199900), decimal(1990, 6)) == ("0.05", "1999.00", "19.900000")


def test_lists_in_forms_keep_all_their_parts() -> None:
    """`expand[]` comes several times."""
    assert fields("expand[]=a&expand[]=b&x=") == {"expand[0]": "a", "expand[1]": "b", "x": ""}
