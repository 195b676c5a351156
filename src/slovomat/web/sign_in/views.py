"""All pages of signing in, and of one's own safety."""

from starlette.routing import Route

from slovomat.web.pages.backstage import Backstage
from slovomat.web.pages.frame import Frame
from slovomat.web.sign_in.cases import make_cases
from slovomat.web.sign_in.door import Door
from slovomat.web.sign_in.elsewhere import Elsewhere
from slovomat.web.sign_in.new_email import NewEmail
from slovomat.web.sign_in.operator import Operator
from slovomat.web.sign_in.personal import Personal
from slovomat.web.sign_in.resetting import Resetting
from slovomat.web.sign_in.security import Security


def routes(backstage: Backstage, frame: Frame) -> list[Route]:
    """The pages by their addresses."""
    cases = make_cases(backstage)
    parts = (Door, Resetting, Security, NewEmail, Personal, Operator, Elsewhere)
    return [route for part in parts for route in part(backstage, frame, cases).routes()]
