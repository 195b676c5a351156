"""The made-up people: who they are, what they are like, and when they came."""

from enum import StrEnum

import msgspec

PASSWORD = "slovo-v-podarok"  # noqa: S105 - printed at the start, and good for nothing but the demo
CUSTOMER = "anna.vorontsova@example.org"
OPERATOR = "olga.direktor@example.org"
SUPPORT = "semyon.podderzhka@example.org"
FINANCE = "faina.buhgalter@example.org"


class Habit(StrEnum):
    """How somebody uses the service."""

    LIVELY = "lively"
    """The one that visitors sign in as: a bit of everything."""
    SHOP = "shop"
    """A company's program: jobs through the API on working days, all day long."""
    WRITER = "writer"
    """Writes on the site, in the evening too, on a paid plan."""
    CODER = "coder"
    """Tries things through the chat API, at night."""
    GUEST = "guest"
    """On the free plan, now and then."""


class Somebody(msgspec.Struct, frozen=True):
    """One made-up person. `came`: the day of the month's history on which they signed up, from 0 on."""

    email: str
    habit: Habit
    came: int
    language: str = "ru"

    @property
    def name(self) -> str:
        """As they would sign."""
        return self.email.partition("@")[0].replace(".", " ").title()


def _all(habit: Habit, language: str, *words: str) -> list[Somebody]:
    """`name day` each."""
    found = [word.split() for word in words]
    return [Somebody(f"{name}@example.org", habit, int(day), language) for name, day in found]


PEOPLE: tuple[Somebody, ...] = (
    Somebody(CUSTOMER, Habit.LIVELY, 0),
    *_all(Habit.SHOP, "ru", "zakaz.teplyi-dom 0", "lavka.chaya 1", "red.vestnik-zdorovya 3", "seo.parus 9"),
    *_all(Habit.SHOP, "en", "desk.northwind 2", "catalog.paperboat 12"),
    *_all(
        Habit.WRITER,
        "ru",
        *("maria.lebedeva 0", "timur.galiev 2", "ekaterina.sokolova 4", "pavel.orlov 6", "nina.zaitseva 8"),
        *("ruslan.akhmetov 11", "vera.kuznetsova 15", "gleb.morozov 19", "sofia.belova 24"),
    ),
    *_all(Habit.WRITER, "en", "emily.carter 3", "george.whitfield 13", "priya.natarajan 21"),
    *_all(Habit.CODER, "ru", "danila.sever 1", "artyom.baikov 7", "yulia.gromova 14", "lev.abramov 22"),
    *_all(Habit.CODER, "en", "jonas.lindqvist 5", "mei.tanaka 16"),
    *_all(
        Habit.GUEST,
        "ru",
        *("zhenya.sinitsyna 2", "oleg.tarasov 5", "kira.romanova 7", "matvei.zhukov 9", "lida.frolova 10"),
        *("stepan.ignatov 12", "alina.rybakova 15", "fyodor.lapin 17", "inga.petrenko 18", "zakhar.nosov 20"),
        *("polina.vinogradova 22", "igor.melnik 25", "dasha.kotova 27", "mark.efimov 29", "rita.osipova 30"),
    ),
    *_all(Habit.GUEST, "en", "tom.hadley 8", "lucia.ferrari 14", "oscar.nyman 23", "chloe.martin 28"),
)
"""Forty-four, and no such mailbox is anybody's: example.org is kept free for examples."""
BLOCKED = "zakhar.nosov@example.org"
"""Was blocked by the operator."""
OWING = "gleb.morozov@example.org"
"""Had money back for a pack that was spent already."""
