"""A1–A5 and A9: hostile clients. The tests hold the volume of every change; here is what chance adds."""

from faults import attacks
from faults.pytest_rows import in_tests
from faults.row import Row

_FILE = "tests/wire/test_hostile_{}.py"
_KEYS, _FIELDS, _JSON = _FILE.format("keys"), _FILE.format("fields"), _FILE.format("json")
_FRAMING, _PATHS, _FUZZ = _FILE.format("framing"), _FILE.format("paths"), _FILE.format("fuzz")
_STRANGER = f"{_KEYS}::test_the_job_of_another_account_does_not_exist"
_SLIPPED = f"{_FIELDS}::test_slipped_in_fields_change_nothing"
_STEP = 2_500

ROWS = [
    Row(
        name="A1",
        fault="another account's id, on every route that takes one",
        passes="as if it did not exist: the same body in the same time",
        unit="routes",
        c=0,
        r=2,
        run=in_tests(_STRANGER, each=2),
        tests=(_STRANGER,),
    ),
    Row(
        name="A2",
        fault="injection of SQL, templates, log lines, operators, in every field and header",
        passes="4xx or text like any other; nothing changed, no database's words in an answer",
        unit="calls",
        c=0,
        r=10_000,
        step=_STEP,
        run=attacks.attacked(attacks.injections),
        tests=(_FIELDS,),
    ),
    Row(
        name="A3",
        fault="keys: prefixes, twins, other case, wildcards; timing",
        passes="refused; medians within 2 ms",
        unit="keys",
        c=0,
        r=50_000,
        step=4 * _STEP,
        run=attacks.attacked(attacks.keys),
        tests=(_KEYS,),
    ),
    Row(
        name="A4",
        fault="smuggling, bad chunks, NUL, Host and path confusion, method overrides; mutated requests",
        passes="400 and closed, one answer, never authorised",
        unit="requests",
        c=0,
        r=10_000,
        step=_STEP,
        run=attacks.attacked(attacks.requests),
        tests=(_FRAMING, _PATHS, _FUZZ),
    ),
    Row(
        name="A5",
        fault="JSON: too deep, NaN, 5,000 digits, UTF-16, lone surrogates, duplicates, wrong types",
        passes="4xx in under a second, free, never a 5xx",
        unit="bodies",
        c=0,
        r=10_000,
        step=_STEP,
        run=attacks.attacked(attacks.bodies),
        tests=(_JSON, _FIELDS, _FUZZ),
    ),
    Row(
        name="A9",
        fault="role, balance, plan, price slipped into any body",
        passes="ignored or 400",
        unit="routes",
        c=0,
        r=7,
        run=in_tests(_SLIPPED, each=7),
        tests=(_SLIPPED,),
    ),
]
