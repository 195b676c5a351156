"""`slovomat config show` and `slovomat init`: the settings, where each came from, and a file for them."""

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from slovomat.cli.command import command, group
from slovomat.cli.exits import Exit, FaultError
from slovomat.cli.session import Session, make_data_folder
from slovomat.masking import shown

if TYPE_CHECKING:
    from slovomat.settings import LoadedSettings

app = group("config", "The settings.")
_HEAD = """\
# Settings of Slovomat. What is commented out shows its default.
# The environment goes before this file (SLOVOMAT_PORT=…; SLOVOMAT_UPSTREAM_KEY_FILE=… for a secret's file),
# and flags go before both.
# Keep it to yourself (mode 0600) if you put a key in.
"""


@command(app, "show")
def show(session: Session) -> None:
    """Every setting: its value, and where it came from."""
    loaded = session.load()
    shapes = settings_shape(loaded)
    out = session.out

    def people() -> None:
        out.line(f"{out.say('file', 'файл')}: {loaded.file or '–'}")
        out.table(
            ("setting", "value", "origin"),
            ((name, _plain(one["value"]), one["origin"]) for name, one in shapes.items()),
        )

    out.result({"file": str(loaded.file) if loaded.file else None, "settings": shapes}, people)


def settings_shape(loaded: "LoadedSettings") -> dict[str, dict[str, Any]]:
    """The settings in JSON, secrets masked."""
    return {
        name: {"value": shown(getattr(loaded.settings, name)), "origin": loaded.origins[name]}
        for name in type(loaded.settings).model_fields
    }


def init(
    session: Session,
    *,
    upstream_url: Annotated[
        str | None, typer.Option("--upstream-url", metavar="URL", help="an OpenAI-compatible service")
    ] = None,
    upstream_model: Annotated[
        str | None, typer.Option("--upstream-model", metavar="NAME", help="the model named to it")
    ] = None,
    site: Annotated[str | None, typer.Option("--site", metavar="URL", help="the public address")] = None,
    force: Annotated[bool, typer.Option("--force", help="replace a file that is there")] = False,
) -> None:
    """Write slovomat.toml: every setting with its meaning and default, commented out."""
    from slovomat.settings import Settings

    flags = {"upstream_url": upstream_url, "upstream_model": upstream_model, "site": site}
    given = {name: value for name, value in flags.items() if value is not None}
    data = session.data or Path(os.environ.get("SLOVOMAT_DATA") or Settings.model_fields["data"].default)
    path = session.config or data / "slovomat.toml"
    if path.exists() and not force:
        raise FaultError(
            Exit.FAILED, f"{path} is there already; --force replaces it", f"{path} уже есть; --force заменит"
        )
    make_data_folder(path.parent)
    _write_checked(path, settings_file(given))
    session.out.done(
        {"file": str(path), "set": given},
        f"{path} is written; next: slovomat doctor, slovomat serve",
        f"{path} записан; дальше: slovomat doctor, slovomat serve",
    )


def settings_file(given: dict[str, str]) -> str:
    """The text of a file of settings: what is given is in force, the rest is commented out."""
    from slovomat.settings import Settings

    blocks = [_HEAD]
    for name, field in Settings.model_fields.items():
        about = f"# {field.description}\n" if field.description else ""
        if name in given:
            blocks.append(f"{about}{name} = {_toml(given[name])}\n")
        else:
            blocks.append(f"{about}# {name} = {_toml(shown(field.get_default()))}\n".replace("= \n", "=\n"))
    return "\n".join(blocks)


def _write_checked(path: Path, text: str) -> None:
    """Puts the file in place only once it has been read back as settings. Raises BadSettingsError."""
    from slovomat.settings import BadSettingsError, load_settings

    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with os.fdopen(
            os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
        ) as file:
            file.write(text)
        load_settings({}, environ={}, file=draft)
        draft.replace(path)
    except BadSettingsError as error:
        raise BadSettingsError(str(error).replace(f" ({draft})", "")) from None
    finally:
        draft.unlink(missing_ok=True)


def _plain(value: Any) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else json.dumps(value, ensure_ascii=False).strip('"')


def _toml(value: Any) -> str:
    """A value as TOML writes it; JSON's strings, numbers, flags and lists are TOML's too."""
    return "" if value is None else json.dumps(value, ensure_ascii=False)
