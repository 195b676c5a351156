"""What an account may do at the operator's desk."""

from enum import StrEnum


class Role(StrEnum):
    """`owner` may do everything, `support` looks after people, `finance` after money; most have none."""

    NONE = ""
    OWNER = "owner"
    SUPPORT = "support"
    FINANCE = "finance"
