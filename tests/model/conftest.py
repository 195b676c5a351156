"""The small model, fetched once and then found by every run."""

import os
from pathlib import Path

import platformdirs
import pytest

from slovomat.upstreams import weights
from slovomat.upstreams.local import LocalConfig

MODEL = "smollm2-135m"


@pytest.fixture(scope="session")
def models_folder() -> Path:
    """The folder with the small model: SLOVOMAT_TEST_MODELS, else the user's cache."""
    named = os.environ.get("SLOVOMAT_TEST_MODELS")
    folder = Path(named) if named else Path(platformdirs.user_cache_dir("slovomat")) / "test-models"
    weights.pull(MODEL, folder)
    return folder


@pytest.fixture
def local_config(models_folder: Path) -> LocalConfig:
    """A small configuration of the small model."""
    return LocalConfig(
        folder=models_folder,
        model=MODEL,
        slots=2,
        context_tokens=1024,
        answer_tokens=512,
        gap_timeout_s=120,
        total_timeout_s=600,
        max_response_bytes=16 << 20,
    )
