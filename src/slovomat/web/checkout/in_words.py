"""Sums as Russian papers write them out: «Сто девяносто девять рублей 00 копеек»."""

_ONES = (
    "",
    *("один", "два", "три", "четыре", "пять", "шесть", "семь", "восемь", "девять", "десять"),
    *("одиннадцать", "двенадцать", "тринадцать", "четырнадцать", "пятнадцать", "шестнадцать"),
    *("семнадцать", "восемнадцать", "девятнадцать"),
)
_TENS = (
    *("", "", "двадцать", "тридцать", "сорок", "пятьдесят"),
    *("шестьдесят", "семьдесят", "восемьдесят", "девяносто"),
)
_HUNDREDS = (
    *("", "сто", "двести", "триста", "четыреста", "пятьсот"),
    *("шестьсот", "семьсот", "восемьсот", "девятьсот"),
)
_FEMININE = {1: "одна", 2: "две"}
_GROUPS = (
    ("рубль", "рубля", "рублей"),
    ("тысяча", "тысячи", "тысяч"),
    ("миллион", "миллиона", "миллионов"),
    ("миллиард", "миллиарда", "миллиардов"),
)
_KOPECKS = ("копейка", "копейки", "копеек")
_THOUSANDS = 1


def roubles_in_words(kopecks: int) -> str:
    """Below a thousand billion roubles; kopecks stay in digits. Raises ValueError for more, and below 0."""
    roubles, rest = divmod(kopecks, 100)
    if not 0 <= roubles < 1000 ** len(_GROUPS):
        raise ValueError(f"{kopecks} kopecks are not written out")
    words: list[str] = [] if roubles else ["ноль"]
    for place in reversed(range(len(_GROUPS))):
        group = roubles // 1000**place % 1000
        words += _below_thousand(group, feminine=place == _THOUSANDS)
        if group or place == 0:
            words.append(_form(group, _GROUPS[place]))
    text = " ".join(words)
    return f"{text[0].upper()}{text[1:]} {rest:02} {_form(rest, _KOPECKS)}"


def _below_thousand(number: int, *, feminine: bool) -> list[str]:
    hundreds, rest = divmod(number, 100)
    tens, ones = (0, rest) if rest < len(_ONES) else divmod(rest, 10)
    last = _FEMININE.get(ones, _ONES[ones]) if feminine else _ONES[ones]
    return [word for word in (_HUNDREDS[hundreds], _TENS[tens], last) if word]


def _form(number: int, forms: tuple[str, str, str]) -> str:
    tens, ones = number % 100, number % 10
    if ones == 1 and tens != 11:
        return forms[0]
    return forms[1] if 2 <= ones <= 4 and not 12 <= tens <= 14 else forms[2]
