"""Which language a page speaks: what its address says, else what was chosen before, else the browser's."""

from starlette.requests import Request

from slovomat.web.exchange import preferred_language

LANGUAGES = ("ru", "en")
LANGUAGE_COOKIE = "language"


def asked_language(request: Request) -> str | None:
    """The language that the address names (`?lang=`), if it is one of ours."""
    asked = request.query_params.get("lang")
    return asked if asked in LANGUAGES else None


def spoken(request: Request) -> str:
    """The language to answer in."""
    chosen = asked_language(request) or request.cookies.get(LANGUAGE_COOKIE)
    if chosen in LANGUAGES:
        return chosen
    return preferred_language(request.headers.get("accept-language", "").encode("latin-1"))


def other(language: str) -> str:
    """The language that the switch leads to."""
    return "en" if language == "ru" else "ru"
