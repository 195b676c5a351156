"""The client's own words, for what the service did not say."""

from typing import Literal, TypeAlias

Language: TypeAlias = Literal["ru", "en"]

_TEXTS: dict[str, dict[Language, str]] = {
    "key_missing": {
        "ru": "Не задан ключ: передайте key или задайте переменную SLOVOMAT_KEY",
        "en": "No key: pass key or set the variable SLOVOMAT_KEY",
    },
    "unreachable": {
        "ru": "Сервис не ответил: {detail}",
        "en": "The service did not answer: {detail}",
    },
    "not_the_service": {
        "ru": "По этому адресу отвечает не сервис (HTTP {status})",
        "en": "What answers at this address is not the service (HTTP {status})",
    },
    "refused": {
        "ru": "Сервис отказал без объяснения (HTTP {status})",
        "en": "The service refused without a word (HTTP {status})",
    },
    "timed_out": {
        "ru": "Ответ не пришёл за отведённое время ({timeout_s:g} с)",
        "en": "No answer came in the time given ({timeout_s:g} s)",
    },
}


def say(language: Language, name: str, **names: str | float) -> str:
    """The text of that name."""
    return _TEXTS[name][language].format(**names)
