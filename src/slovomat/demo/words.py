"""What the person who started the demo is told."""

from collections.abc import Callable

from slovomat.demo.fill import Filled
from slovomat.demo.people import CUSTOMER, OPERATOR, PASSWORD
from slovomat.settings import Settings

Say = Callable[[str, str], str]
"""English, Russian -> the one of both that is wanted."""


def told(settings: Settings, filled: Filled, cashiers: str, choose: Say) -> str:
    """Where everything is, who may sign in, and that nothing of it is real."""
    site = settings.site
    return choose(
        f"""
Nothing here is real: not the money, not the people ({filled.people}), not the texts.
  the site       {site}
  a customer     {CUSTOMER}   password  {PASSWORD}   (everybody's: sign in as whom you like)
  the operator   {site}/admin   {OPERATOR}   password  {PASSWORD}
  a gift code    {filled.code}
  payments       all five providers are fake; they meet at {cashiers}
  letters        {settings.data}/letters
  folder         {settings.data}   (the next start goes on from there; delete it to begin anew)
""",
        f"""
Здесь ничего нет настоящего: ни денег, ни людей (их {filled.people}), ни текстов.
  сайт           {site}
  покупатель     {CUSTOMER}   пароль  {PASSWORD}   (он у всех один: входите кем угодно)
  оператор       {site}/admin   {OPERATOR}   пароль  {PASSWORD}
  подарочный код {filled.code}
  оплата         все пять платёжных систем поддельные, их кабинет: {cashiers}
  письма         {settings.data}/letters
  папка          {settings.data}   (следующий запуск продолжит отсюда; удалите её, чтобы начать заново)
""",
    )
