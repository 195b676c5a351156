"""The pages on getting a key and topping up: for the customer, and for the operator who serves them."""

from slovomat.web.pages.texts.text import Text

ACCOUNT = {
    "account_title": Text("Аккаунт и ключ", "Account and key"),
    "account_lead": Text(
        "Один ключ подходит ко всем API вашего тарифа, на счёте лежат запросы. Здесь появится личный "
        "кабинет; пока ключи и пополнения выдаёт оператор этого сервиса.",
        "One key opens all APIs of your plan, the account holds requests. A personal cabinet will be "
        "here; for now the operator of this service hands out keys and top-ups.",
    ),
    "account_key": Text("API ключ", "API key"),
    "account_key_lead": Text(
        "Попросите ключ у оператора и сохраните его: целиком он показывается один раз, потом хранится "
        "только его отпечаток. Ключ начинается с `slv_`.",
        "Ask the operator for a key and keep it: it is shown in full once, afterwards only its "
        "fingerprint is stored. A key begins with `slv_`.",
    ),
    "account_balance": Text("Оплаченные запросы", "Paid requests"),
    "account_balance_lead": Text(
        "Сколько можно потратить этим ключом через API, скажет бесплатный вызов:",
        "A free call tells how much this key can spend through the API:",
    ),
    "account_balance_answer": Text("Ответ:", "The answer:"),
    "account_topup": Text("Пополнить", "Top up"),
    "account_topup_lead": Text(
        "Выберите пакет в ценах и напишите оператору. Запросы появляются на балансе сразу после "
        "зачисления, ключ менять не нужно.",
        "Choose a pack from the prices and write to the operator. The requests are on the balance as "
        "soon as they are credited; the key stays the same.",
    ),
    "account_lost": Text("Ключ потерян или раскрыт", "A key is lost or leaked"),
    "account_lost_lead": Text(
        "Сообщите оператору: ключ отзывают, новый открывает тот же счёт. Отозванный ключ перестаёт "
        "работать в течение секунды.",
        "Tell the operator: the key gets revoked, a new one opens the same account. A revoked key stops "
        "working within a second.",
    ),
    "account_operator": Text("Оператору", "For the operator"),
    "account_operator_lead": Text(
        "Команды выполняются на машине сервиса, в том числе пока он работает.",
        "The commands run on the service's machine, while it runs too.",
    ),
    "account_step_user": Text("Завести счёт:", "Open an account:"),
    "account_step_credit": Text("Зачислить запросы:", "Credit requests:"),
    "account_step_key": Text("Выдать ключ (он печатается один раз):", "Hand out a key (it is printed once):"),
    "account_step_list": Text("Посмотреть ключи счёта:", "See the keys of an account:"),
    "account_step_revoke": Text("Отозвать ключ по номеру из списка:", "Revoke a key by its id in the list:"),
    "account_dev_hint": Text(
        "В папке исходного кода вместо `slovomat` пишите `./dev`; свою папку данных называйте через "
        "`SLOVOMAT_DATA`.",
        "In a source checkout write `./dev` in place of `slovomat`; name your own data folder in "
        "`SLOVOMAT_DATA`.",
    ),
    "sample_plan": Text("Престиж", "Prestige"),
    "sample_email": Text("ivan@example.com", "ann@example.com"),
    "sample_reason": Text("счёт № 17", "invoice 17"),
    "subscription_title": Text("Подписка и ключ", "Subscription and key"),
    "subscription_lead": Text(
        "Тариф решает, какие API открыты и сколько запросов даётся в день. Подключает его оператор "
        "этого сервиса.",
        "The plan decides which APIs are open and how many requests a day brings. The operator of this "
        "service sets it.",
    ),
    "subscription_plans": Text("Тарифы этого сервиса", "Plans of this service"),
    "subscription_col_plan": Text("Тариф", "Plan"),
    "subscription_col_daily": Text("Запросов в день", "Requests a day"),
    "subscription_col_apis": Text("Открывает API", "Opens the APIs"),
    "subscription_prices": Text("Все цены", "All prices"),
    "subscription_key": Text("API ключ", "API key"),
    "subscription_key_lead": Text(
        "Ключ один на все API и остаётся прежним при смене тарифа. Новый тариф действует в течение секунды.",
        "One key serves all APIs and stays when the plan changes. A new plan is in force within a second.",
    ),
    "subscription_units": Text("Остаток API Units", "API Units left"),
    "subscription_units_lead": Text(
        "Один API Unit — {unit}. Остаток скажет бесплатный вызов:",
        "One API Unit is {unit}. A free call tells what is left:",
    ),
    "subscription_step_user": Text("Завести счёт сразу на тарифе:", "Open an account on a plan:"),
    "subscription_step_move": Text("Перевести счёт на тариф:", "Move an account to a plan:"),
    "subscription_step_plan": Text(
        "Изменить тариф: дневные запросы, API, предел в минуту:",
        "Change a plan: daily requests, APIs, limit a minute:",
    ),
    "subscription_step_key": Text("Выдать ключ:", "Hand out a key:"),
    "operator_title": Text("Вход оператора", "The operator's sign-in"),
    "operator_lead": Text(
        "Сюда входят те, кому владелец дал роль. Кроме пароля нужен код из приложения.",
        "This is for those to whom the owner gave a role. It takes your app's code beside the password.",
    ),
    "operator_link_lead": Text(
        "Эта ссылка впускает один раз. Дальше вы зададите себе пароль.",
        "This link lets you in once. Then you will set a password for yourself.",
    ),
    "operator_lost": Text(
        "Забыли пароль? Команда на машине сервиса напечатает ссылку, по которой задают новый:",
        "Lost the password? This command on the service's machine prints a link to set another:",
    ),
    "operator_password_title": Text("Пароль оператора", "The operator's password"),
    "operator_password_lead": Text(
        "С ним вы войдёте сюда снова: e-mail {email} и этот пароль.",
        "You will come back here with it: e-mail {email} and this password.",
    ),
    "operator_password_later": Text("Позже", "Later"),
}
