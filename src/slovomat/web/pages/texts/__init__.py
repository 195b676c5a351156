"""Every text of the pages, by name: `text(language)` is what the templates know as `t`."""

from collections.abc import Mapping

from slovomat.web.pages.texts.account import ACCOUNT
from slovomat.web.pages.texts.admin import ADMIN
from slovomat.web.pages.texts.admin_modes import ADMIN_MODES
from slovomat.web.pages.texts.admin_money import ADMIN_MONEY
from slovomat.web.pages.texts.admin_records import ADMIN_RECORDS
from slovomat.web.pages.texts.admin_settings import ADMIN_SETTINGS
from slovomat.web.pages.texts.admin_workshop import ADMIN_WORKSHOP
from slovomat.web.pages.texts.checkout import CHECKOUT
from slovomat.web.pages.texts.docs import DOCS
from slovomat.web.pages.texts.history import HISTORY
from slovomat.web.pages.texts.home import HOME
from slovomat.web.pages.texts.keys import KEYS
from slovomat.web.pages.texts.notices import NOTICES
from slovomat.web.pages.texts.papers import PAPERS
from slovomat.web.pages.texts.playground import PLAYGROUND
from slovomat.web.pages.texts.price import PRICE
from slovomat.web.pages.texts.security import SECURITY
from slovomat.web.pages.texts.shell import SHELL
from slovomat.web.pages.texts.sign_in import SIGN_IN
from slovomat.web.pages.texts.text import Text

PARTS: tuple[Mapping[str, Text], ...] = (
    SHELL,
    HOME,
    PRICE,
    ACCOUNT,
    KEYS,
    HISTORY,
    NOTICES,
    PLAYGROUND,
    CHECKOUT,
    PAPERS,
    DOCS,
    SIGN_IN,
    SECURITY,
    ADMIN,
    ADMIN_MONEY,
    ADMIN_RECORDS,
    ADMIN_WORKSHOP,
    ADMIN_MODES,
    ADMIN_SETTINGS,
)
CATALOGUE: Mapping[str, Text] = {name: text for part in PARTS for name, text in part.items()}


def speak(language: str) -> dict[str, str]:
    """All texts in one language."""
    column = Text._fields.index(language)
    return {name: text[column] for name, text in CATALOGUE.items()}


__all__ = ["CATALOGUE", "PARTS", "Text", "speak"]
