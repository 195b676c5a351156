"""Figures as people read them: roubles of whole kopecks, grouped thousands, plural forms."""

NARROW = "\N{NARROW NO-BREAK SPACE}"
WIDE = "\N{NO-BREAK SPACE}"
_SIGNS = {"RUB": "₽", "USD": "$", "EUR": "€", "KZT": "₸", "BYN": "Br"}


def grouped(number: int) -> str:
    """`1 234 567`, with narrow spaces that do not break; four digits stay together."""
    return f"{number:,}".replace(",", NARROW) if abs(number) >= 10_000 else str(number)


def money(kopecks: int, currency: str, language: str) -> str:
    """`490 ₽`, `0,99 ₽`: hundredths are shown only where there are any."""
    whole, hundredths = divmod(abs(kopecks), 100)
    point = "," if language == "ru" else "."
    sign = "−" if kopecks < 0 else ""
    fraction = f"{point}{hundredths:02}" if hundredths else ""
    return f"{sign}{grouped(whole)}{fraction}{WIDE}{_SIGNS.get(currency, currency)}"


def each(kopecks: int, count: int) -> int:
    """The price of one of `count`, in kopecks, halves up."""
    return (2 * kopecks + count) // (2 * count)


def counted(number: int, forms: str) -> str:
    """The number with the right one of `запрос|запроса|запросов` or `request|requests`."""
    return f"{grouped(number)}{WIDE}{_form(number, forms.split('|'))}"


def _form(number: int, forms: list[str]) -> str:
    if len(forms) == 2:
        return forms[number != 1]
    tens, ones = number % 100, number % 10
    if ones == 1 and tens != 11:
        return forms[0]
    return forms[1] if 2 <= ones <= 4 and not 12 <= tens <= 14 else forms[2]
