"""Who a paper is made out to: what a company types of itself, and whether its numbers can be right."""

import re

import msgspec

from slovomat.web.pages.forms import Form

_NAME_CHARS, _ADDRESS_CHARS = 300, 500
_INN = re.compile(r"[0-9]{10}|[0-9]{12}")
_KPP = re.compile(r"[0-9]{4}[0-9A-Z]{2}[0-9]{3}")
_WEIGHTS = (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)
_COMPANY_DIGITS = 10


class Requisites(msgspec.Struct, frozen=True, kw_only=True):
    """A company, or a sole proprietor (who has no KPP)."""

    name: str = ""
    inn: str = ""
    kpp: str = ""
    address: str = ""

    def faults(self) -> frozenset[str]:
        """The fields that cannot be right."""
        wrong = {"name"} if not self.name else set()
        if not is_inn(self.inn):
            wrong.add("inn")
        if not (_KPP.fullmatch(self.kpp) or (not self.kpp and len(self.inn) != _COMPANY_DIGITS)):
            wrong.add("kpp")
        return frozenset(wrong | ({"address"} if not self.address else set()))


def read_requisites(form: Form) -> Requisites:
    """As they were typed, without what people put between digits. Raises 400 for what is far too long."""
    return Requisites(
        name=" ".join(form.text("name", _NAME_CHARS).split()),
        inn=_digits(form.text("inn", 50)),
        kpp=_digits(form.text("kpp", 50)).upper(),
        address=" ".join(form.text("address", _ADDRESS_CHARS).split()),
    )


def stored(requisites: Requisites) -> str:
    """As an order keeps them."""
    return msgspec.json.encode(requisites).decode()


def of_order(buyer: str) -> Requisites:
    """Those that an order keeps; empty ones where it has none."""
    return msgspec.json.decode(buyer, type=Requisites) if buyer else Requisites()


def is_inn(text: str) -> bool:
    """Whether the check digits are right (order of the Federal Tax Service of 29.06.2012): one, or two."""
    if not _INN.fullmatch(text):
        return False
    digits = [int(digit) for digit in text]
    checked = [9] if len(digits) == _COMPANY_DIGITS else [10, 11]
    return all(_check(digits[:place]) == digits[place] for place in checked)


def _check(digits: list[int]) -> int:
    weighed = sum(weight * digit for weight, digit in zip(_WEIGHTS[-len(digits) :], digits, strict=True))
    return weighed % 11 % 10


def _digits(typed: str) -> str:
    return re.sub(r"[\s-]", "", typed)
