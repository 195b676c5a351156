"""`python -m faults.fuzzing direct --minutes 40`: runs one target under atheris (see the package)."""

import argparse
import importlib
import random
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import atheris  # type: ignore[import-untyped]  # in an environment of its own

from faults.fuzzing.draws import Draws

TARGETS = {
    "direct": ("faults.fuzzing.both_ways", "BothWays", ["slovomat.web", "uvicorn.protocols.http"]),
    "upstream": ("faults.fuzzing.upstream_side", "UpstreamSide", ["slovomat.upstreams", "slovomat.later"]),
    "json": ("faults.fuzzing.json_ways", "JSONWays", ["slovomat.dialects", "slovomat.domain"]),
}
"""Where a target is, and whose branches guide the fuzzer."""
_SEEDS, _SEED_BYTES = 200, 600


def _arguments() -> tuple[argparse.Namespace, list[str]]:
    parser = argparse.ArgumentParser(prog="python -m faults.fuzzing", description=__doc__)
    parser.add_argument("target", choices=sorted(TARGETS))
    parser.add_argument("--minutes", type=float, default=5, metavar="N")
    parser.add_argument("--corpus", type=Path, metavar="FOLDER", help="kept from run to run")
    return parser.parse_known_args()


def _target(name: str) -> Callable[[Draws], None]:
    module, kind, instrumented = TARGETS[name]
    with atheris.instrument_imports(include=instrumented):
        made: Callable[[Draws], None] = getattr(importlib.import_module(module), kind)()
    return made


def _seed(folder: Path) -> None:
    """Inputs that reach most of the target: each is a chain of choices, and any chain is one."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(_SEEDS):
        (folder / f"seed-{number}").write_bytes(random.Random(number).randbytes(_SEED_BYTES))


def main() -> None:
    """Runs until the time is up, or an input makes a difference; that input is written down."""
    asked, more = _arguments()
    target = _target(asked.target)
    with tempfile.TemporaryDirectory(prefix="slovomat-fuzzing-") as folder:
        corpus = asked.corpus or Path(folder)
        _seed(corpus)
        flags = [f"-max_total_time={asked.minutes * 60:.0f}", "-max_len=2048", "-print_final_stats=1"]
        atheris.Setup(
            [sys.argv[0], *flags, "-timeout=20", *more, str(corpus)],
            lambda data: target(atheris.FuzzedDataProvider(data)),
        )
        atheris.Fuzz()


if __name__ == "__main__":
    main()
