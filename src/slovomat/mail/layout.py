"""The templates of letters, and the figures in them as each language writes them."""

import re
import unicodedata
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec
from babel import Locale
from babel.dates import format_datetime
from babel.numbers import format_decimal, get_currency_symbol, get_decimal_symbol
from jinja2 import Environment, PackageLoader, PrefixLoader, StrictUndefined, pass_context
from jinja2.loaders import BaseLoader, ChoiceLoader
from jinja2.runtime import Context

from slovomat.ports.mail import Facts, Letter

BRANDS = {"ru": "Словомат", "en": "Slovomat"}
_LONGEST_CHARS = 300
_SPACES = re.compile(r"[ \t\r\n]+")
_TWO_LINES = re.compile(r"\n{3,}")
_LINKS = ("link",)
_PLURALS = {"one": 0, "few": 1}


class Page(msgspec.Struct, frozen=True):
    """A letter in words."""

    subject: str
    text: str
    html: str


class Layout:
    """Fills templates in. `zone`: of the times in letters."""

    def __init__(self, zone: str) -> None:
        self._text = _environment("text", zone, escaped=False)
        self._html = _environment("html", zone, escaped=True)

    def page(self, letter: Letter) -> Page:
        """The letter in its language; Russian where it is in neither."""
        language = letter.language if letter.language in BRANDS else "ru"
        facts = plain(letter.facts) | {"language": language, "brand": BRANDS[language]}
        name = f"letters/{language}/{letter.kind}"
        template = self._text.get_template(name)
        subject = "".join(template.blocks["subject"](template.new_context(facts)))
        text = _TWO_LINES.sub("\n\n", template.render(facts)).strip() + "\n"
        return Page(subject.strip(), text, self._html.get_template(name).render(facts))


def plain(facts: Facts) -> dict[str, str | int]:
    """Facts as they may be shown: in one line, not too long, nothing in them that is not seen."""
    return {
        name: fact if isinstance(fact, int) or name in _LINKS else _seen(fact) for name, fact in facts.items()
    }


def _seen(text: str) -> str:
    """Spaces for controls and line ends; turners of direction and other invisible characters go."""
    spaced = "".join(" " if unicodedata.category(char) in {"Cc", "Zl", "Zp"} else char for char in text)
    kept = "".join(char for char in spaced if unicodedata.category(char) not in {"Cf", "Cs", "Co", "Cn"})
    return " ".join(kept.split())[:_LONGEST_CHARS]


def _environment(form: str, zone: str, *, escaped: bool) -> Environment:
    loaders: list[BaseLoader] = [
        PackageLoader("slovomat.mail", f"templates/{form}"),
        PrefixLoader({"letters": PackageLoader("slovomat.mail", "templates/letters")}),
    ]
    environment = Environment(
        loader=ChoiceLoader(loaders),
        autoescape=escaped,  # noqa: S701 - plain text has nothing to escape
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters.update(flow=_flow, lines=_lines, counted=_counted, number=_number, money=_money)
    environment.filters["moment"] = _moment_in(ZoneInfo(zone))
    return environment


def _flow(text: str) -> str:
    """All in one line; what must not be broken stays whole."""
    return _SPACES.sub(" ", text).strip()


def _lines(text: str) -> str:
    """Without the empty ones."""
    return "\n".join(line for line in text.splitlines() if line.strip())


@pass_context
def _counted(context: Context, number: int, forms: str) -> str:
    """The number with the right one of `час|часа|часов` or `hour|hours`."""
    words = forms.split("|")
    form = Locale(context["language"]).plural_form(number)
    word = words[min(_PLURALS.get(form, len(words) - 1), len(words) - 1)]
    return f"{_number(context, number)}\N{NO-BREAK SPACE}{word}"


@pass_context
def _number(context: Context, number: int) -> str:
    return format_decimal(number, locale=context["language"])


@pass_context
def _money(context: Context, kopecks: int, currency: str) -> str:
    language = context["language"]
    whole, hundredths = divmod(kopecks, 100)
    amount = f"{format_decimal(whole, locale=language)}{get_decimal_symbol(language)}{hundredths:02}"
    return f"{amount}\N{NO-BREAK SPACE}{get_currency_symbol(currency, locale=language)}"


def _moment_in(zone: ZoneInfo) -> object:
    @pass_context
    def moment(context: Context, at_ms: int) -> str:
        local = datetime.fromtimestamp(at_ms / 1000, zone)
        return format_datetime(local, "d MMMM y, HH:mm (ZZZZ)", locale=context["language"])

    return moment
