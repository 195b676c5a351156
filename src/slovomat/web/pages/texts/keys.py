"""The page of API keys."""

from slovomat.web.pages.texts.text import Text

KEYS = {
    "keys_title": Text("API ключи", "API keys"),
    "keys_lead": Text(
        "Ключ открывает все API этого сервиса и тратит один баланс. Заведите по ключу на сайт или программу: "
        "так видно, кто сколько тратит, и отозвать можно один, не трогая остальные.",
        "A key opens every API of this service and spends one balance. Make one for each site or program: "
        "you will see who spends what, and can revoke one without touching the others.",
    ),
    "keys_none": Text("Ключей пока нет", "No keys yet"),
    "keys_none_lead": Text(
        "Создайте первый: это займёт несколько секунд.", "Make the first one: it takes a few seconds."
    ),
    "keys_yours": Text("Ваши ключи", "Your keys"),
    "keys_past": Text("Отозванные и истёкшие", "Revoked and expired"),
    "keys_col_key": Text("Ключ", "Key"),
    "keys_col_used": Text("Последний вызов", "Last used"),
    "keys_col_cap": Text("Лимит", "Cap"),
    "keys_col_may": Text("Что может", "What it may do"),
    "keys_col_until": Text("Действует до", "Valid until"),
    "keys_never_used": Text("ещё не было", "never"),
    "keys_no_end": Text("бессрочно", "no end"),
    "keys_no_cap": Text("без лимита", "no cap"),
    "keys_cap_day": Text("{used} из {cap} за день", "{used} of {cap} today"),
    "keys_cap_total": Text("{used} из {cap} всего", "{used} of {cap} in all"),
    "keys_everything": Text("всё", "everything"),
    "keys_no_balance": Text("без баланса", "no balance"),
    "keys_revoked": Text("отозван", "revoked"),
    "keys_expired": Text("истёк", "expired"),
    "keys_nameless": Text("без имени", "no name"),
    "keys_new": Text("Новый ключ", "New key"),
    "keys_name": Text("Имя", "Name"),
    "keys_name_hint": Text("Чтобы отличать ключи: «сайт», «бот».", "To tell keys apart: “site”, “bot”."),
    "keys_name_fault": Text("Не длиннее 100 печатных знаков.", "At most 100 printable characters, please."),
    "keys_limits": Text("Ограничения", "Limits"),
    "keys_limits_hint": Text(
        "Можно оставить пустыми: тогда ключ может всё.", "May stay empty: then the key may do everything."
    ),
    "keys_expires": Text("Действует до (включительно)", "Valid through"),
    "keys_expires_fault": Text("Нужна дата не раньше сегодняшней.", "A date from today on, please."),
    "keys_day": Text("Не больше запросов за день", "Requests a day at most"),
    "keys_total": Text("Не больше запросов всего", "Requests in all at most"),
    "keys_count_fault": Text("Нужно целое число.", "A whole number, please."),
    "keys_modes": Text("Только эти режимы", "Only these modes"),
    "keys_dialects": Text("Только эти API", "Only these APIs"),
    "keys_choice_fault": Text("Такого выбора нет.", "There is no such choice."),
    "keys_networks": Text("Только с этих адресов", "Only from these addresses"),
    "keys_networks_hint": Text(
        "Адреса или сети через запятую: `203.0.113.7, 198.51.100.0/24`.",
        "Addresses or networks between commas: `203.0.113.7, 198.51.100.0/24`.",
    ),
    "keys_networks_fault": Text(
        "Это не адрес и не сеть, или их больше двадцати.",
        "That is neither an address nor a network, or there are more than twenty.",
    ),
    "keys_reads_balance": Text("Может узнавать баланс", "May read the balance"),
    "keys_create": Text("Создать ключ", "Make the key"),
    "keys_made_title": Text("Ключ готов", "Your key is ready"),
    "keys_made_lead": Text(
        "Скопируйте его сейчас: целиком он показан один раз. Храним мы только его отпечаток.",
        "Copy it now: it is shown in full this once. We keep nothing but its fingerprint.",
    ),
    "keys_made_try": Text("Проверьте его", "Try it"),
    "keys_made_back": Text("Ключ сохранён, к списку", "I have saved it, back to the list"),
    "keys_rotate": Text("Заменить", "Replace"),
    "keys_rotate_title": Text("Заменить ключ {shown}…", "Replace the key {shown}…"),
    "keys_rotate_lead": Text(
        "Появится новый ключ с теми же правилами. Старый будет работать ещё выбранное время, чтобы вы успели "
        "обновить программы.",
        "A new key with the same rules appears. The old one goes on for the time you choose, so that you can "
        "update your programs.",
    ),
    "keys_overlap": Text("Старый ключ работает ещё", "The old key goes on for"),
    "keys_overlap_0": Text("0 часов: остановить сразу", "0 hours: stop at once"),
    "keys_overlap_1": Text("1 час", "1 hour"),
    "keys_overlap_24": Text("1 день", "1 day"),
    "keys_overlap_168": Text("7 дней", "7 days"),
    "keys_revoke": Text("Отозвать", "Revoke"),
    "keys_revoke_title": Text("Отозвать ключ {shown}…?", "Revoke the key {shown}…?"),
    "keys_revoke_lead": Text(
        "Он перестанет работать в течение секунды, и вернуть его нельзя. Баланс и история останутся.",
        "It stops working within a second, and cannot be brought back. Balance and history stay.",
    ),
    "keys_check": Text("Проверьте отмеченные поля.", "Please look at the marked fields."),
    "keys_too_many": Text(
        "Больше {n} действующих ключей не бывает: отзовите ненужные.",
        "There may be no more than {n} keys in force: revoke those that you do not need.",
    ),
}
