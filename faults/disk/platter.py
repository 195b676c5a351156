"""What is on a disk after a power cut: everything that was synced, and of the rest whatever chance wants.

The model is harsher than most disks: of what was written since a file's last sync each write may be there
or not, in any order, whole or in some of its sectors only.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

SECTOR = 512


@dataclass(frozen=True)
class Write:
    """Bytes at an offset; with no bytes, the file's new length."""

    offset: int
    data: bytes | None

    def onto(self, content: bytearray) -> None:
        """Carried out."""
        if self.data is None:
            del content[self.offset :]
            content.extend(bytes(self.offset - len(content)))
            return
        content.extend(bytes(max(0, self.offset - len(content))))
        content[self.offset : self.offset + len(self.data)] = self.data

    def torn(self, chance: random.Random) -> list["Write"]:
        """Some of its sectors."""
        if self.data is None:
            return [self]
        pieces = range(0, len(self.data), SECTOR)
        kept = [at for at in pieces if chance.random() < 0.5]
        return [Write(self.offset + at, self.data[at : at + SECTOR]) for at in kept]


@dataclass
class File:
    """A file as the disk has it for sure, and what has been written since."""

    synced: bytearray
    since: list[Write] = field(default_factory=list)

    def sync(self, writes: int) -> None:
        """The first so many of what was written since are on the disk now."""
        for write in self.since[:writes]:
            write.onto(self.synced)
        del self.since[:writes]

    def after_cut(self, chance: random.Random) -> bytes:
        """What the disk may have if the power goes now."""
        content = bytearray(self.synced)
        for write in _survivors(self.since, chance):
            write.onto(content)
        return bytes(content)


def _survivors(writes: Sequence[Write], chance: random.Random) -> list[Write]:
    """None, all, the first so many, or any of them, torn too."""
    match chance.randrange(5):
        case 0:
            return []
        case 1:
            return list(writes)
        case 2:
            return list(writes[: chance.randint(0, len(writes))])
        case 3:
            return [write for write in writes if chance.random() < 0.5]
    return [piece for write in writes for piece in write.torn(chance)]
