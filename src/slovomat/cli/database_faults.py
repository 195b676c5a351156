"""What went wrong with the database, in one sentence of each language, with what to do."""

from slovomat.ports.store import StoreUnavailableError

_Advice = tuple[str, str]
_ACCESS: _Advice = (
    "PostgreSQL does not let this user in ({}); check user and password in SLOVOMAT_DATABASE_URL",
    "PostgreSQL не пускает этого пользователя ({}); проверьте имя и пароль в SLOVOMAT_DATABASE_URL",
)
_RIGHTS: _Advice = (
    "PostgreSQL does not allow it ({}); the user must own the database: ALTER DATABASE … OWNER TO …",
    "PostgreSQL не разрешает ({}); пользователь должен владеть базой: ALTER DATABASE … OWNER TO …",
)
_MISSING: _Advice = (
    "there is no such database on this PostgreSQL ({}); make it: createdb -O USER DATABASE",
    "такой базы на этом PostgreSQL нет ({}); создайте её: createdb -O ИМЯ БАЗА",
)
_AWAY: _Advice = (
    "PostgreSQL does not answer ({}); check that it runs, and the host and port in SLOVOMAT_DATABASE_URL",
    "PostgreSQL не отвечает ({}); проверьте, что он запущен, и хост с портом в SLOVOMAT_DATABASE_URL",
)
_FULL: _Advice = (
    "PostgreSQL has no room ({}); free some, or raise max_connections",
    "PostgreSQL не хватает места ({}); освободите его или поднимите max_connections",
)
_STRANGE: _Advice = (
    "this database holds tables of another program ({}); give slovomat one of its own",
    "в этой базе таблицы другой программы ({}); дайте slovomat отдельную базу",
)
_BY_CAUSE = {
    "InvalidPasswordError": _ACCESS,
    "InvalidAuthorizationSpecificationError": _ACCESS,
    "InsufficientPrivilegeError": _RIGHTS,
    "InvalidCatalogNameError": _MISSING,
    "ConnectionRefusedError": _AWAY,
    "ConnectionResetError": _AWAY,
    "ConnectionDoesNotExistError": _AWAY,
    "CannotConnectNowError": _AWAY,
    "TimeoutError": _AWAY,
    "gaierror": _AWAY,
    "OSError": _AWAY,
    "TooManyConnectionsError": _FULL,
    "DiskFullError": _FULL,
    "DuplicateTableError": _STRANGE,
}
"""By the name of the exception's class, so that no driver is imported for it."""
_LONGEST = 200


def explained(error: StoreUnavailableError) -> _Advice:
    """English and Russian; a fault that is not listed speaks for itself."""
    text = str(error)
    if russian := getattr(error, "russian", ""):
        return f"database: {text}", f"база данных: {russian}"
    cause = error.__cause__
    advice = _BY_CAUSE.get(type(cause).__name__) if text.startswith("PostgreSQL") else None
    if advice is None:
        return f"database: {text}", f"база данных: {text}"
    detail = " ".join(str(cause).split())[:_LONGEST].replace(";", ",") or type(cause).__name__
    english, russian = advice
    return f"database: {english.format(detail)}", f"база данных: {russian.format(detail)}"
