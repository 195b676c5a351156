"""Guess the language of a text from its first letters: enough to choose the words of a prompt."""

import re

SAMPLE_CHARS = 400

_CYRILLIC = re.compile(r"[\u0400-\u04ff]+")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]+")
_CYRILLIC_BUT_NOT_RUSSIAN = re.compile(r"[\u0400\u0402-\u040f\u0450\u0452-\u04ff]")
_ONLY_RUSSIAN = re.compile(r"[ыэъЫЭЪ]")
_UKRAINIAN = re.compile(r"[іїєґІЇЄҐ]")
_ENGLISH = re.compile(
    r"\b(?:the|and|of|with|is|are|for|about|how|what|why|write|my|this|that|to)\b", re.IGNORECASE
)

LANGUAGE_NAMES = {
    "ru": "Russian (русский)",
    "uk": "Ukrainian (українська)",
    "en": "English",
    "": "the same as the language of the user's text",
}
"""How a prompt names the language of its answer."""


def language_of(text: str) -> str:
    """The language of the text: `ru`, `uk`, `en`, or an empty string when it cannot be told."""
    sample = text[:SAMPLE_CHARS]
    cyrillic = sum(map(len, _CYRILLIC.findall(sample)))
    latin = sum(map(len, _LATIN.findall(sample)))
    # Names and terms in Latin letters are common in a Russian text; the reverse is rare.
    if cyrillic and cyrillic * 4 >= latin:
        return _cyrillic_language(sample)
    return "en" if _ENGLISH.search(sample) else ""


def _cyrillic_language(sample: str) -> str:
    if _ONLY_RUSSIAN.search(sample) or not _CYRILLIC_BUT_NOT_RUSSIAN.search(sample):
        return "ru"
    return "uk" if _UKRAINIAN.search(sample) else ""
