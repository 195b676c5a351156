"""What every test may ask for."""

import pytest
from hypothesis import HealthCheck, settings

# The same examples in every run, however slow the machine: a red run means a change, not luck.
settings.register_profile(
    "slovomat",
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("slovomat")


@pytest.fixture
def anyio_backend() -> str:
    """Async tests run on asyncio, as the service does."""
    return "asyncio"
