"""The account and its subscription."""

from slovomat.web.pages.texts.text import Text

_ACCOUNT = {
    "account_stranger": Text(
        "В аккаунте — API ключ, тариф, «Оплаченные запросы» и история каждой генерации.",
        "Your account holds the API key, the plan, “Paid requests” and the history of every generation.",
    ),
    "account_title": Text("Аккаунт", "Account"),
    "account_topup": Text("Пополнить", "Top up"),
    "account_debt": Text(
        "Долг — {n}: возвращённая оплата была уже потрачена. Ближайшее пополнение его закроет.",
        "You owe {n}: a payment that was refunded had been spent already. The next top-up settles it.",
    ),
    "account_low": Text(
        "Запросы кончаются. Пополните баланс, чтобы программы не остановились.",
        "Your requests are running out. Top up, so that your programs do not stop.",
    ),
    "account_guide": Text("Первые шаги", "First steps"),
    "account_guide_lead": Text("От ключа до первого текста — минута.", "From key to first text in a minute."),
    "account_guide_key": Text("Создайте ключ", "Make a key"),
    "account_guide_key_done": Text("Готово: ключ есть.", "Done: you have one."),
    "account_guide_call": Text("Вызовите API", "Call the API"),
    "account_guide_result": Text("Посмотрите результат", "See the result"),
    "account_guide_result_lead": Text(
        "Первая генерация появится ниже, и эта карточка исчезнет.",
        "Your first generation appears below, and this card goes away.",
    ),
    "account_guide_away": Text("Скрыть", "Hide"),
    "account_today": Text("Осталось сегодня", "Left today"),
    "account_today_hint": Text("из {n} по тарифу; заново с {at}", "of {n} in the plan; anew at {at}"),
    "account_today_meter": Text("{used} из {all} за сегодня", "{used} of {all} today"),
    "account_site_only": Text(
        "Дневные запросы этого тарифа — для песочницы; через API тратятся оплаченные.",
        "The daily requests of this plan are for the playground; the APIs spend paid ones.",
    ),
    "account_paid": Text("Оплаченные запросы", "Paid requests"),
    "account_paid_hint": Text("тратятся после дневных", "spent after the daily ones"),
    "account_plan": Text("Тариф", "Plan"),
    "account_plan_until": Text("оплачен до {at}", "paid until {at}"),
    "account_plan_open": Text("без срока", "no end"),
    "account_keys_hint": Text("действуют", "in force"),
    "account_month": Text("Запросы за месяц", "A month of requests"),
    "account_month_lead": Text("Списанные и возвращённые по дням.", "Charged and returned, by day."),
    "account_spent": Text("списано", "charged"),
    "account_returned": Text("возвращено", "returned"),
    "account_pack": Text("Пакет", "Pack"),
    "account_left": Text("Осталось", "Left"),
    "account_left_of": Text("{left} из {all}", "{left} of {all}"),
    "account_expires": Text("Сгорает", "Expires"),
    "account_no_packs": Text("Пакетов нет", "No packs"),
    "account_no_packs_lead": Text(
        "Пакет добавляет запросы к дневным и не сгорает в полночь.",
        "A pack adds requests to the daily ones and does not vanish at midnight.",
    ),
    "account_notices": Text("Напоминание", "Reminder"),
    "account_notices_lead": Text(
        "Напишем, когда оплаченных запросов останется меньше {n}.",
        "We write to you when fewer than {n} are left of what you paid for.",
    ),
    "account_notices_none": Text(
        "Можем написать, когда оплаченные запросы будут кончаться.",
        "We can write to you when paid requests run out.",
    ),
    "account_notices_set": Text("Настроить", "Set up"),
    "account_last": Text("Последние генерации", "Last generations"),
    "account_all": Text("Вся история", "The whole history"),
    "account_nothing": Text("Генераций ещё не было", "No generations yet"),
    "account_nothing_lead": Text("Попробуйте любой режим в песочнице.", "Try any mode in the playground."),
}
_SUBSCRIPTION = {
    "subscription_title": Text("Подписка и ключ", "Subscription and key"),
    "subscription_lead": Text(
        "Тариф решает, какие API открыты и сколько запросов даётся в день.",
        "The plan decides which APIs are open and how many requests a day brings.",
    ),
    "subscription_now": Text("Ваш тариф", "Your plan"),
    "subscription_until": Text("Действует до", "Valid until"),
    "subscription_keeps": Text(
        "Условия оплаченного срока не меняются, даже если тариф изменят.",
        "The terms of a paid period stay, even when the plan is changed.",
    ),
    "subscription_plans": Text("Тарифы", "Plans"),
    "subscription_col_plan": Text("Тариф", "Plan"),
    "subscription_col_daily": Text("Запросов в день", "Requests a day"),
    "subscription_col_apis": Text("Открывает API", "Opens the APIs"),
    "subscription_renew": Text("Продлить", "Renew"),
    "subscription_change": Text("Перейти", "Change to it"),
    "subscription_change_lead": Text(
        "Продление добавляет срок к оплаченному. При переходе остаток оплаченного срока пересчитывается по "
        "цене нового тарифа: ничего не пропадает.",
        "Renewing adds time to what is paid. When you change, the rest of the paid time is turned into time "
        "of the new plan by its price: nothing is lost.",
    ),
    "subscription_key": Text("API ключ", "API key"),
    "subscription_key_lead": Text(
        "Ключи остаются прежними при смене тарифа. Новый тариф действует в течение секунды.",
        "Keys stay when the plan changes. A new plan is in force within a second.",
    ),
    "subscription_units": Text("Остаток API Units", "API Units left"),
    "subscription_units_lead": Text("Один API Unit — {unit}.", "One API Unit is {unit}."),
    "subscription_periods": Text("Сроки", "Periods"),
    "subscription_from": Text("С", "From"),
    "subscription_to": Text("По", "To"),
    "subscription_waiting": Text("впереди", "ahead"),
    "subscription_open": Text("идёт", "running"),
    "subscription_ended": Text("закончился", "over"),
    "subscription_turned": Text("пересчитан", "turned into another"),
}
ACCOUNT = _ACCOUNT | _SUBSCRIPTION
