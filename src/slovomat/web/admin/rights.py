"""Who may do what at the operator's desk: the one place where that is decided."""

from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import NamedTuple, ParamSpec

from starlette.responses import Response

from slovomat.domain.role import Role
from slovomat.web.pages.visitor import desk

Way = ParamSpec("Way")
_OWNER: tuple[Role, ...] = ()
_FINANCE, _SUPPORT = (Role.FINANCE,), (Role.SUPPORT,)
_ALL = (Role.FINANCE, Role.SUPPORT)


class Right(StrEnum):
    """Something that may be done here."""

    FIGURES = "figures"
    PEOPLE = "people"
    CREDIT = "credit"
    PLAN = "plan"
    BLOCK = "block"
    SESSIONS = "sessions"
    SECOND_FACTOR = "second_factor"
    ROLE = "role"
    TEXTS = "texts"
    """Reading what customers sent, and what they got."""
    PAYMENTS = "payments"
    PRICES = "prices"
    CODES = "codes"
    LEDGER = "ledger"
    JOURNAL = "journal"
    LETTERS = "letters"
    JOBS = "jobs"
    MODES = "modes"
    UPSTREAMS = "upstreams"
    SETTINGS = "settings"


ROLES: dict[Right, tuple[Role, ...]] = {
    Right.FIGURES: _ALL,
    Right.PEOPLE: _ALL,
    Right.CREDIT: _FINANCE,
    Right.PLAN: _FINANCE,
    Right.BLOCK: _SUPPORT,
    Right.SESSIONS: _SUPPORT,
    Right.SECOND_FACTOR: _SUPPORT,
    Right.ROLE: _OWNER,
    Right.TEXTS: _SUPPORT,
    Right.PAYMENTS: _FINANCE,
    Right.PRICES: _FINANCE,
    Right.CODES: _FINANCE,
    Right.LEDGER: _FINANCE,
    Right.JOURNAL: _FINANCE,
    Right.LETTERS: _SUPPORT,
    Right.JOBS: _SUPPORT,
    Right.MODES: _OWNER,
    Right.UPSTREAMS: _OWNER,
    Right.SETTINGS: _OWNER,
}
"""Which roles have a right, beside the owner, who has them all."""


class Section(NamedTuple):
    """An entry of the desk's menu; `title` is the name of a text."""

    path: str
    title: str
    right: Right


SECTIONS = (
    Section("/admin", "admin_menu_figures", Right.FIGURES),
    Section("/admin/people", "admin_menu_people", Right.PEOPLE),
    Section("/admin/payments", "admin_menu_payments", Right.PAYMENTS),
    Section("/admin/prices", "admin_menu_prices", Right.PRICES),
    Section("/admin/codes", "admin_menu_codes", Right.CODES),
    Section("/admin/jobs", "admin_menu_jobs", Right.JOBS),
    Section("/admin/modes", "admin_menu_modes", Right.MODES),
    Section("/admin/upstreams", "admin_menu_upstreams", Right.UPSTREAMS),
    Section("/admin/ledger", "admin_menu_ledger", Right.LEDGER),
    Section("/admin/journal", "admin_menu_journal", Right.JOURNAL),
    Section("/admin/letters", "admin_menu_letters", Right.LETTERS),
    Section("/admin/settings", "admin_menu_settings", Right.SETTINGS),
)


def may(role: Role, right: Right) -> bool:
    """Whether somebody of that role has the right."""
    return role is Role.OWNER or role in ROLES[right]


def guarded(right: Right, view: Callable[Way, Awaitable[Response]]) -> Callable[Way, Awaitable[Response]]:
    """The view, for those who have the right; the request is its last argument."""
    return desk(*ROLES[right])(view)


def sections(role: Role) -> list[Section]:
    """The menu as that role sees it."""
    return [one for one in SECTIONS if may(role, one.right)]
