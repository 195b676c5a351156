"""The desk's page of settings: each with its value, whence it came, and what it means."""

from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from slovomat.masking import shown
from slovomat.settings import Settings
from slovomat.web.admin.desk import Desk
from slovomat.web.admin.rights import Right, guarded
from slovomat.web.pages.forms import Form

GROUPS = (
    ("places", "data"),
    ("upstream", "upstream_url"),
    ("sold", "textbot_price_requests"),
    ("limits", "creates_per_minute"),
    ("jobs", "workers"),
    ("speech", "log_level"),
    ("people", "sign_up"),
    ("payments", "payments_timeout_s"),
    ("receipts", "receipts_enabled"),
    ("letters", "smtp_host"),
)
"""The chapters of docs/configuration.md, each with its first setting."""
_ORIGINS = {"default", "environment", "flag"}


class SettingRow(msgspec.Struct, frozen=True, kw_only=True):
    """A setting as it is shown. `origin`: default, environment, flag, or file with its `file`."""

    name: str
    value: str
    default: str
    origin: str
    file: str
    about: str


class Group(msgspec.Struct, frozen=True):
    """A chapter; `title` is the name of a text."""

    title: str
    rows: list[SettingRow]


def routes(desk: Desk) -> list[Route]:
    """The page."""
    return [Route("/admin/settings", guarded(Right.SETTINGS, _SettingsPage(desk).show), methods=["GET"])]


class _SettingsPage:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def show(self, request: Request) -> Response:
        """All settings, or those in whose name or meaning the words occur."""
        asked = Form(tuple(request.query_params.multi_items()))
        words, changed = asked.text("q", 200).lower().split(), asked.ticked("changed")
        texts = self._desk.texts(request)
        rows = [self._row(name, texts) for name in Settings.model_fields]
        found = [
            row
            for row in rows
            if all(word in f"{row.name} {row.about}".lower() for word in words)
            and (row.origin != "default" or not changed)
        ]
        return self._desk.page(
            request, "admin/settings.html", groups=grouped(found), q=asked.text("q", 200), changed=changed
        )

    def _row(self, name: str, texts: dict[str, str]) -> SettingRow:
        origin = self._desk.backstage.origins.get(name, "default")
        return SettingRow(
            name=name,
            value=_plain(shown(getattr(self._desk.settings, name))),
            default=_plain(shown(Settings.model_fields[name].get_default())),
            origin=origin if origin in _ORIGINS else "file",
            file="" if origin in _ORIGINS else origin,
            about=texts[f"setting_{name}"],
        )


def grouped(rows: list[SettingRow]) -> list[Group]:
    """The rows in their chapters; one without rows is left out."""
    by_name = {row.name: row for row in rows}
    first_of = {first: title for title, first in GROUPS}
    groups: list[Group] = []
    for name in Settings.model_fields:
        if name in first_of:
            groups.append(Group(f"settings_group_{first_of[name]}", []))
        if name in by_name:
            groups[-1].rows.append(by_name[name])
    return [group for group in groups if group.rows]


def _plain(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case list():
            return ", ".join(str(one) for one in value)
        case float():
            return f"{value:g}"
        case _:
            return str(value)
