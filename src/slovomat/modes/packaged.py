"""Where the mode files are that come with the program."""

from pathlib import Path

SUFFIX = ".md"
PACKAGED = Path(__file__).parent / "prompts"
