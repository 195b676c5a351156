"""Fuzzers: what strangers' bytes can reach without a key, held against a second, slower reading of them.

    python -m venv /tmp/fuzz && /tmp/fuzz/bin/pip install atheris && \\
        PYTHONPATH=src:.:$(echo .venv/lib/python*/site-packages) /tmp/fuzz/bin/python -m faults.fuzzing direct

atheris is no dependency of the project: without it, the same targets run for a moment on seeded inputs in
`./dev test tests/unit/test_fuzz_differential.py`. What came of it: docs/fuzzing.md.
"""
