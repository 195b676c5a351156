"""The scenes of one instance: read from the database at every call, since plans may change."""

from slovomat.dialects.calls import Voice
from slovomat.domain.caller import Plan
from slovomat.web.pages.backstage import Backstage
from slovomat.web.pages.documentation.document import in_order
from slovomat.web.pages.documentation.scene import Scene
from slovomat.web.services import terms_of


async def read_plans(backstage: Backstage) -> tuple[Plan, ...]:
    """The plans that the examples name; all else that a scene is made of stands still while a node runs."""
    return tuple(offer.plan for offer in await backstage.store.list_plans())


def scenes(backstage: Backstage, plans: tuple[Plan, ...], language: str, said: str) -> dict[str, Scene]:
    """A scene for each dialect, by its name. `said`: what the model answers in the examples."""
    return {
        dialect.name: Scene(
            voice=Voice(language, backstage.site()),
            terms=terms_of(dialect, backstage.settings),
            settings=backstage.settings,
            modes=backstage.modes,
            plans=plans,
            said=said,
        )
        for dialect in in_order()
    }
