"""One's own safety, and one's own data."""

from slovomat.web.pages.texts.text import Text

SECURITY = {
    "security_title": Text("Безопасность", "Security"),
    "security_password": Text("Пароль", "Password"),
    "security_password_lead": Text(
        "После смены на остальных устройствах придётся войти заново.",
        "After a change you will have to sign in anew on your other devices.",
    ),
    "security_present": Text("Нынешний пароль", "Present password"),
    "security_save": Text("Сохранить", "Save"),
    "security_email_lead": Text(
        "Пришлём ссылку на новый адрес. Пока вы по ней не перейдёте, всё остаётся как есть.",
        "We will send a link to the new address. Until you follow it, everything stays as it is.",
    ),
    "security_email_new": Text("Новый e-mail", "New e-mail"),
    "security_email_go": Text("Прислать ссылку", "Send the link"),
    "security_email_change": Text(
        "Вместо {old} вы будете входить с {new}, и письма пойдут туда. На остальных устройствах придётся "
        "войти заново.",
        "You will sign in with {new} in place of {old}, and letters will go there. You will have to sign in "
        "anew on your other devices.",
    ),
    "security_email_save": Text("Сменить e-mail", "Change the e-mail"),
    "said_email_changed": Text("E-mail изменён.", "Your e-mail is changed."),
    "security_second": Text("Второй фактор", "Second factor"),
    "security_second_lead": Text(
        "Кроме пароля при входе понадобится код из приложения на телефоне. Украденный пароль сам по себе "
        "тогда ничего не откроет.",
        "Signing in will take a code from an app on your phone beside the password. A stolen password "
        "alone will then open nothing.",
    ),
    "security_second_on": Text("Включён", "On"),
    "security_second_turn_on": Text("Включить", "Turn on"),
    "security_second_off": Text("Выключить", "Turn off"),
    "security_scan": Text(
        "Отсканируйте картинку приложением для кодов: подойдут Aegis, Google Authenticator, 1Password и "
        "любое другое.",
        "Scan the picture with an app for codes: Google Authenticator, Aegis, 1Password or any other.",
    ),
    "security_qr": Text("QR-код для приложения", "QR code for the app"),
    "security_by_hand": Text("Или введите этот ключ вручную:", "Or enter this key by hand:"),
    "security_codes": Text("Запасные коды", "Recovery codes"),
    "security_codes_lead": Text(
        "Сохраните их там, где их не найдёт вор вашего телефона. Каждый подходит один раз; больше они не "
        "покажутся.",
        "Keep them where a thief of your phone will not find them. Each works once; they "
        "are not shown again.",
    ),
    "security_codes_kept": Text("Коды сохранены, дальше", "I have kept them, go on"),
    "security_codes_left": Text("Запасных кодов осталось: {n}.", "Recovery codes left: {n}."),
    "security_codes_new": Text("Выдать новые запасные коды", "Make new recovery codes"),
    "security_sessions": Text("Где вы вошли", "Where you are signed in"),
    "security_sessions_lead": Text(
        "Не узнаёте устройство? Завершите его вход и смените пароль.",
        "A device that you do not know? Sign it out and change your password.",
    ),
    "security_device": Text("Браузер", "Browser"),
    "security_address": Text("Адрес", "Address"),
    "security_seen": Text("Последний раз", "Last seen"),
    "security_unknown": Text("неизвестный", "unknown"),
    "security_this": Text("этот браузер", "this browser"),
    "security_end": Text("Завершить", "Sign out"),
    "security_end_others": Text("Выйти на всех остальных устройствах", "Sign out on all other devices"),
    "security_identities": Text("Вход через другие сервисы", "Signing in by other services"),
    "security_identities_lead": Text(
        "Привязанный сервис открывает этот счёт без пароля.",
        "A linked service opens this account without the password.",
    ),
    "security_link": Text("Привязать {name}", "Link {name}"),
    "security_unlink": Text("Отвязать", "Unlink"),
    "security_language": Text("Язык", "Language"),
    "security_language_lead": Text("На нём мы пишем письма.", "We write our letters in it."),
    "security_data": Text("Ваши данные", "Your data"),
    "security_data_lead": Text(
        "Скачать всё, что здесь о вас хранится, или удалить счёт.",
        "Download all that is kept about you here, or delete the account.",
    ),
    "security_data_go": Text("К моим данным", "To my data"),
    "security_export": Text("Скачать всё", "Download everything"),
    "security_export_lead": Text(
        "Файл JSON: счёт, ключи (без самих ключей), заказы, движения запросов и тексты, что ещё хранятся.",
        "A JSON file: account, keys (not the keys themselves), orders, movements of requests, and all texts "
        "that are still kept.",
    ),
    "security_export_go": Text("Скачать", "Download"),
    "security_delete": Text("Удалить счёт", "Delete the account"),
    "security_delete_lead": Text(
        "Сразу и насовсем: ключи перестанут работать, e-mail и тексты сотрутся, оставшиеся запросы пропадут. "
        "Записи о деньгах останутся без имени: их требует закон.",
        "At once and for good: keys stop working, e-mail and texts are erased, requests that are left are "
        "lost. The records of money stay without a name: the law wants them.",
    ),
    "security_delete_go": Text("Удалить навсегда", "Delete for good"),
    "said_deleted": Text("Счёт удалён. Спасибо, что были с нами.", "The account is deleted. Thank you."),
    "said_not_deleted": Text(
        "Пока не удалить: что-то ещё генерируется, или у счёта есть роль. Подождите минуту и повторите.",
        "Not yet: something is still being generated, or the account has a role. Wait a minute and repeat.",
    ),
    "said_saved": Text("Сохранено.", "Saved."),
    "said_session_ended": Text("Этот вход завершён.", "That device is signed out."),
    "said_sessions_ended": Text(
        "На остальных устройствах вход завершён.", "All other devices are signed out."
    ),
    "said_second_factor_off": Text("Второй фактор выключен.", "The second factor is off."),
    "said_wrong_password": Text(
        "Пароль не подошёл, поэтому ничего не изменилось.",
        "That was not the password, so nothing was changed.",
    ),
    "said_password_first": Text(
        "Сначала задайте пароль: иначе войти будет нечем.",
        "Set a password first: you could not sign in any more.",
    ),
}
