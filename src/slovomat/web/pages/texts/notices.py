"""The page of notices."""

from slovomat.web.pages.texts.text import Text

NOTICES = {
    "notices_title": Text("Уведомления", "Notices"),
    "notices_lead": Text(
        "Письма о пополнениях, новых ключах и конце подписки приходят на {email}.",
        "Letters about top-ups, new keys and the end of a plan go to {email}.",
    ),
    "notices_low": Text(
        "Написать, когда оплаченных запросов останется меньше", "Write when fewer paid requests are left than"
    ),
    "notices_low_hint": Text("0 — не писать.", "0: do not write."),
    "notices_low_fault": Text("Нужно целое число.", "A whole number, please."),
    "notices_url": Text("Адрес вебхука", "Webhook address"),
    "notices_url_hint": Text(
        "Те же события приходят сюда подписанным POST. Пусто — не вызывать.",
        "The same events come here as a signed POST. Empty: no calls.",
    ),
    "notices_url_fault": Text(
        "Нужен адрес http:// или https:// в открытом интернете, без имени и пароля.",
        "An address http:// or https:// of the open internet, please, without name and password.",
    ),
    "notices_save": Text("Сохранить", "Save"),
    "notices_secret": Text("Секрет вебхука", "The webhook's secret"),
    "notices_secret_lead": Text(
        "Им подписан каждый вызов. Новый адрес получает новый секрет.",
        "It signs every call. A new address gets a new secret.",
    ),
    "notices_verify": Text(
        "Подпись стоит в заголовке `Slovomat-Signature: t=…,v1=…`: это HMAC-SHA-256 от строки `t.тело`.",
        "The signature is in the header `Slovomat-Signature: t=…,v1=…`: HMAC-SHA-256 of the string `t.body`.",
    ),
    "said_notices": Text("Сохранено.", "Saved."),
}
