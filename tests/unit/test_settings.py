"""Settings: file, environment, flags, and what is said of the wrong ones."""

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from slovomat.settings import BadSettingsError, LoadedSettings, Settings, load_settings


def loaded(
    folder: Path, toml: str = "", flags: dict[str, object] | None = None, **env: str
) -> LoadedSettings:
    """Settings from a file in the folder, an environment and flags."""
    (folder / "slovomat.toml").write_text(toml, "utf-8")
    environ = {"SLOVOMAT_DATA": str(folder), **env}
    return load_settings(flags, environ)


def complaint(folder: Path, toml: str = "", **env: str) -> str:
    """What is said of settings that will not do."""
    with pytest.raises(BadSettingsError) as told:
        loaded(folder, toml, None, **env)
    return str(told.value)


def test_flags_are_over_the_environment_and_that_is_over_the_file(tmp_path: Path) -> None:
    """And each value knows where it came from."""
    got = loaded(
        tmp_path,
        "port = 1\nhost = '127.0.0.2'\nworkers = 7\n",
        {"port": 3, "site": None},
        SLOVOMAT_PORT="2",
        SLOVOMAT_HOST="127.0.0.3",
    )
    assert (got.settings.port, got.settings.host, got.settings.workers) == (3, "127.0.0.3", 7)
    assert got.origins["port"] == "flag"
    assert got.origins["host"] == "environment"
    assert got.origins["workers"] == str(tmp_path / "slovomat.toml")
    assert got.origins["site"] == "default"
    assert got.file == tmp_path / "slovomat.toml"


def test_a_table_of_the_file_is_a_prefix(tmp_path: Path) -> None:
    """`[upstream] url` is `upstream_url`."""
    got = loaded(tmp_path, "[upstream]\nurl = 'https://example.org/v1'\nmodel = 'm'\n")
    assert (got.settings.upstream_url, got.settings.upstream_model) == ("https://example.org/v1", "m")


def test_a_secret_may_lie_in_a_file(tmp_path: Path) -> None:
    """Its ends are trimmed, the variable itself wins over the file, and no print shows it."""
    secret = tmp_path / "secret"
    secret.write_text("sk-from-file\n")
    settings = loaded(tmp_path, SLOVOMAT_UPSTREAM_KEY_FILE=str(secret)).settings
    assert settings.upstream_key.get_secret_value() == "sk-from-file"
    assert "sk-from-file" not in repr(settings) + str(settings)
    both = loaded(tmp_path, SLOVOMAT_UPSTREAM_KEY="sk-direct", SLOVOMAT_UPSTREAM_KEY_FILE=str(secret))
    assert both.settings.upstream_key.get_secret_value() == "sk-direct"
    assert "SLOVOMAT_UPSTREAM_KEY_FILE" in complaint(tmp_path, SLOVOMAT_UPSTREAM_KEY_FILE="/no/such/file")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("port", "65536"),
        ("port", "x"),
        ("workers", "0"),
        ("drain_s", "-1"),
        ("drain_s", "nan"),
        ("lease_s", "inf"),
        ("upstream_total_timeout_s", "0"),
        ("time_zone", "Mars/Olympus"),
        ("site", "example.org"),
        ("upstream_url", "ftp://example.org"),
        ("database_url", "mysql://example.org/words"),
        ("log_level", "loud"),
        ("textbot_price_requests", "0"),
        ("models_strict", "perhaps"),
    ],
)
def test_a_value_that_will_not_do_is_named_with_its_source(tmp_path: Path, name: str, value: str) -> None:
    """So that the operator knows which line to change."""
    told = complaint(tmp_path, **{f"SLOVOMAT_{name.upper()}": value})
    assert name in told
    assert "environment" in told or "combined" in told


def test_an_unknown_setting_of_the_file_is_refused(tmp_path: Path) -> None:
    """A misspelt name must not pass in silence; the message has the file and the name."""
    told = complaint(tmp_path, "wokers = 3\n")
    assert "wokers" in told
    assert "slovomat.toml" in told


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    """With the line, as the parser of TOML has it."""
    told = complaint(tmp_path, "port = 1\nhost = \n")
    assert "slovomat.toml" in told
    assert "line 2" in told
    with pytest.raises(BadSettingsError, match=r"no\.toml"):
        load_settings({}, {}, tmp_path / "no.toml")


def test_names_are_split_at_commas(tmp_path: Path) -> None:
    """In the environment; a file may have a list."""
    settings = loaded(
        tmp_path, "models = ['a', 'b']\n", SLOVOMAT_CORS_ORIGINS="https://x.org, https://y.org,"
    )
    assert settings.settings.models == ("a", "b")
    assert settings.settings.cors_origins == ("https://x.org", "https://y.org")


def test_settings_are_frozen_and_all_documented(tmp_path: Path) -> None:
    """Nobody changes them later, and the wire's names are all there."""
    settings = loaded(tmp_path).settings
    assert isinstance(settings, BaseModel)
    with pytest.raises(ValueError, match="frozen"):
        settings.port = 1
    issue = {"data", "host", "port", "site", "database_url", "upstream_url", "upstream_key", "upstream_model"}
    issue |= {"local_model", "drain_s", "workers"}
    issue |= {f"upstream_{which}_timeout_s" for which in ("connect", "first_byte", "gap", "total")}
    assert issue <= Settings.model_fields.keys()


def test_the_database_is_in_the_data_folder_unless_named(tmp_path: Path) -> None:
    """Three slashes make a path from the root, as everywhere."""
    assert loaded(tmp_path).settings.database_path == tmp_path / "slovomat.db"
    elsewhere = loaded(tmp_path, SLOVOMAT_DATABASE_URL="sqlite:///srv/words.db").settings.database_path
    assert elsewhere == Path("/srv/words.db")


def test_every_setting_is_documented() -> None:
    """By its name and its default, in the page of the configuration."""
    page = (Path(__file__).parents[2] / "docs" / "configuration.md").read_text("utf-8")
    defaults = dict(re.findall(r"^\| `(\w+)` \| ([^|]*) \|", page, re.MULTILINE))
    assert set(defaults) == set(Settings.model_fields)
    for name, field in Settings.model_fields.items():
        if isinstance(field.default, int | float) and not isinstance(field.default, bool):
            assert float(defaults[name]) == field.default, name
