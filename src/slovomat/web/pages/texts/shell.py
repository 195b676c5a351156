"""What every page has around it, and the pages that say that something is wrong."""

from slovomat.web.pages.texts.text import Text

SHELL = {
    "brand": Text("Словомат", "Slovomat"),
    "skip": Text("К содержанию", "Skip to content"),
    "menu": Text("Разделы", "Sections"),
    "menu_price": Text("Цены", "Prices"),
    "menu_docs": Text("Документация", "Documentation"),
    "menu_account": Text("Аккаунт", "Account"),
    "menu_subscription": Text("Подписка", "Subscription"),
    "switch": Text("English", "Русский"),
    "switch_hint": Text("This page in English", "Эта страница по-русски"),
    "footer": Text("Автомат с текстом: запрос внутрь, слова наружу.", "A vending machine for words."),
    "footer_version": Text("Версия {version}", "Version {version}"),
    "request_forms": Text("запрос|запроса|запросов", "request|requests"),
    "day_forms": Text("день|дня|дней", "day|days"),
    "char_forms": Text("знак|знака|знаков", "character|characters"),
    "sample_prompt": Text("Как выбрать велосипед", "How to choose a bicycle"),
    "sample_said": Text("Начните с роста и с дорог…", "Begin with your height and your roads…"),
    "missing_title": Text("Такой страницы нет", "There is no such page"),
    "missing_lead": Text(
        "Возможно, в адресе опечатка. Всё, что здесь есть, перечислено ниже.",
        "Perhaps the address has a typo. Everything that is here is listed below.",
    ),
    "wrong_method_title": Text("Эту страницу можно только читать", "This page can only be read"),
    "wrong_method_lead": Text(
        "Для страниц подходят методы GET и HEAD. Вызовы API описаны в документации.",
        "Pages take the methods GET and HEAD. The calls of the API are in the documentation.",
    ),
    "broken_title": Text("Страница не получилась", "The page could not be made"),
    "broken_lead": Text(
        "Это ошибка сервиса, а не ваша; она записана в журнал. Запросы на балансе не пострадали.",
        "This is a fault of the service, not yours, and it is in the log. Your balance is untouched.",
    ),
    "busy_title": Text("База данных не отвечает", "The database does not answer"),
    "busy_lead": Text(
        "Обновите страницу через несколько секунд. Ничего не списано.",
        "Reload the page in a few seconds. Nothing was charged.",
    ),
    "home_link": Text("На главную", "To the front page"),
}
