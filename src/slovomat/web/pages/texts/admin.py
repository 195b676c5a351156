"""The operator's desk."""

from slovomat.web.pages.texts.text import Text

ADMIN = {
    "admin_menu": Text("Разделы рабочего места", "Sections of the desk"),
    "admin_menu_figures": Text("Сводка", "Overview"),
    "admin_menu_people": Text("Люди", "People"),
    "admin_menu_payments": Text("Платежи", "Payments"),
    "admin_menu_prices": Text("Цены", "Prices"),
    "admin_menu_codes": Text("Коды", "Codes"),
    "admin_menu_jobs": Text("Задания", "Jobs"),
    "admin_menu_modes": Text("Режимы", "Modes"),
    "admin_menu_upstreams": Text("Модели", "Upstreams"),
    "admin_menu_ledger": Text("Книга", "Ledger"),
    "admin_menu_journal": Text("Журнал", "Journal"),
    "admin_menu_letters": Text("Письма", "Letters"),
    "admin_menu_settings": Text("Настройки", "Settings"),
    "admin_menu_site": Text("На сайт", "To the site"),
    "admin_menu_password": Text("Пароль", "Password"),
    "admin_role_owner": Text("владелец", "owner"),
    "admin_role_finance": Text("финансы", "finance"),
    "admin_role_support": Text("поддержка", "support"),
    "admin_role_": Text("без роли", "no role"),
    "admin_reason": Text("Причина", "Reason"),
    "admin_reason_hint": Text("Останется в журнале.", "Stays in the journal."),
    "admin_title": Text("Сводка", "Overview"),
    "admin_lead": Text("Как идут дела сегодня и за месяц.", "How things go today and this month."),
}
