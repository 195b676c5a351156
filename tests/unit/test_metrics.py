"""What Prometheus is told."""

from slovomat.web.metrics import Metrics


def test_the_process_tells_what_it_uses() -> None:
    """Its CPU time, memory and descriptors: a core that is nearly full is seen before customers feel it."""
    told = Metrics().text().decode()
    for name in ("process_cpu_seconds_total", "process_resident_memory_bytes", "process_open_fds"):
        assert f"\n{name} " in told
