"""What a block may name besides the mode's own parameters."""

SYSTEM_VARIABLES = frozenset({"language", "language_name"})
USER_VARIABLES = SYSTEM_VARIABLES | {"text", "fence"}
"""The system prompt never sees the text."""
