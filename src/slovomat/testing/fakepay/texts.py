"""What the pages say, in both languages."""

from slovomat.testing.fakepay.payments import decimal

TEXTS: dict[str, tuple[str, str]] = {
    "cabinet": ("Учебная касса", "Practice checkout"),
    "practice": (
        "Это учебная касса: деньги не списываются, данные карты не нужны.",
        "This is a practice checkout: no money moves, and no card is needed.",
    ),
    "to_pay": ("К оплате", "To pay"),
    "order": ("Заказ", "Order"),
    "receipt_to": ("Чек придёт на", "The receipt goes to"),
    "pay": ("Оплатить", "Pay"),
    "cancel": ("Отменить", "Cancel"),
    "back": ("Вернуться в магазин", "Back to the shop"),
    "state_pending": ("Ждёт оплаты", "Waiting for payment"),
    "state_held": ("Деньги зарезервированы", "Money is held"),
    "state_paid": ("Оплачен", "Paid"),
    "state_cancelled": ("Отменён", "Cancelled"),
    "payments": ("Платежи", "Payments"),
    "none": (
        "Платежей пока нет. Купите что-нибудь в магазине.",
        "No payments yet. Buy something in the shop.",
    ),
    "given_back": ("Возвращено", "Given back"),
    "refund": ("Вернуть деньги", "Give back"),
    "amount": ("Сумма возврата; пусто — всё", "How much to give back; empty means all"),
    "faults": ("Что пойдёт не так", "What goes wrong"),
    "save": ("Сохранить", "Save"),
    "told": ("Уведомления магазину", "Notifications to the shop"),
    "waiting": ("Ждут отправки", "Waiting to be sent"),
    "deliver": ("Отправить сейчас", "Send now"),
    "accepted": ("принято", "accepted"),
    "refused": ("не принято", "not accepted"),
    "language": ("English", "По-русски"),
}


def language(wanted: str) -> str:
    """`ru` unless English is wanted."""
    return "en" if wanted.lower().startswith("en") else "ru"


def texts(chosen: str) -> dict[str, str]:
    """All of them in one language."""
    return {name: pair[chosen == "en"] for name, pair in TEXTS.items()}


def sum_of_money(amount_kopecks: int, currency: str) -> str:
    """`1 990,00 ₽`."""
    whole, _, hundredths = decimal(amount_kopecks).partition(".")
    signs = {"RUB": "₽", "USD": "$", "EUR": "€", "KZT": "₸"}
    return f"{int(whole):,}".replace(",", " ") + f",{hundredths} {signs.get(currency, currency)}"
