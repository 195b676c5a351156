"""Signing up and in, and a forgotten password."""

from slovomat.web.pages.texts.text import Text

SIGN_IN = {
    "sign_in_title": Text("Войти", "Sign in"),
    "sign_in_email": Text("E-mail", "E-mail"),
    "sign_in_password": Text("Пароль", "Password"),
    "sign_in_password_hint": Text(
        "Не короче 8 знаков. Лучше всего — несколько слов подряд.",
        "At least 8 characters. Several words in a row do best.",
    ),
    "sign_in_go": Text("Войти", "Sign in"),
    "sign_in_with": Text("Войти через {name}", "Sign in with {name}"),
    "sign_in_forgot": Text("Забыли пароль?", "Forgot your password?"),
    "sign_in_new": Text("Ещё нет счёта?", "No account yet?"),
    "sign_in_code_title": Text("Код из приложения", "Your app's code"),
    "sign_in_code_lead": Text(
        "Откройте приложение, которое показывает коды, и введите шесть цифр.",
        "Open the app that shows your codes and enter the six digits.",
    ),
    "sign_in_code": Text("Код", "Code"),
    "sign_in_code_hint": Text(
        "Телефон не под рукой? Подойдёт и запасной код.",
        "No phone at hand? A recovery code will do.",
    ),
    "sign_in_other": Text("Войти под другим e-mail", "Sign in as somebody else"),
    "sign_in_letter_title": Text("Проверьте почту", "Check your mail"),
    "sign_in_letter_sign_up": Text(
        "Мы написали на {email}. Перейдите по ссылке из письма, и счёт готов.",
        "We wrote to {email}. Follow the link in the letter, and your account is ready.",
    ),
    "sign_in_letter_reset": Text(
        "Если у {email} есть счёт, письмо со ссылкой уже в пути.",
        "If there is an account of {email}, a letter with a link is on its way.",
    ),
    "sign_in_letter_email": Text(
        "Мы написали на {email}. Перейдите по ссылке из письма в этом браузере, и e-mail сменится.",
        "We wrote to {email}. Follow the link in the letter in this browser, and your e-mail is changed.",
    ),
    "sign_in_letter_wait": Text(
        "Письмо не пришло за пять минут? Загляните в «Спам» и проверьте, нет ли опечатки в адресе.",
        "No letter within five minutes? Look into your spam folder, and check the address for typos.",
    ),
    "sign_in_reset_title": Text("Забытый пароль", "A forgotten password"),
    "sign_in_reset_lead": Text(
        "Мы пришлём ссылку, по которой можно задать новый пароль.",
        "We will send a link that lets you choose a new password.",
    ),
    "sign_in_reset_go": Text("Прислать ссылку", "Send the link"),
    "sign_in_new_password_title": Text("Новый пароль", "A new password"),
    "sign_in_new_password_lead": Text(
        "После этого на всех остальных устройствах придётся войти заново.",
        "Afterwards you will have to sign in anew on all your other devices.",
    ),
    "sign_in_new_password": Text("Новый пароль", "New password"),
    "sign_in_new_password_go": Text("Сохранить и войти", "Save and sign in"),
    "sign_in_over_title": Text("Ссылка больше не действует", "This link no longer works"),
    "sign_in_over_lead": Text(
        "Ссылки из писем работают один раз и недолго. Запросите новую.",
        "Links in letters work once, and not for long. Ask for a new one.",
    ),
    "sign_in_over_again": Text("Запросить новую", "Ask for a new one"),
    "sign_up_title": Text("Завести счёт", "Sign up"),
    "sign_up_lead": Text(
        "Нужны только e-mail и пароль. Бесплатные запросы есть сразу.",
        "All it takes is an e-mail and a password. Free requests come with it.",
    ),
    "sign_up_go": Text("Завести счёт", "Sign up"),
    "sign_up_have": Text("Уже есть счёт?", "Have an account?"),
    "sign_up_verify_title": Text("Остался один шаг", "One step left"),
    "sign_up_verify_lead": Text(
        "Нажмите кнопку, и счёт готов.",
        "Press the button, and your account is ready.",
    ),
    "sign_up_verify_password_lead": Text(
        "Вы открыли ссылку в другом браузере. Введите пароль, который придумали, когда заводили счёт. "
        "Если вы ничего не заводили, просто закройте страницу.",
        "You opened the link in another browser. Enter the password that you chose when signing up. "
        "If you did not sign up, just close this page.",
    ),
    "sign_up_verify_go": Text("Открыть счёт", "Open the account"),
    "sign_up_closed_title": Text("Новые счета открывает оператор", "The operator opens new accounts"),
    "sign_up_closed_lead": Text(
        "Напишите тому, кто дал вам этот адрес: счёт заведут для вас.",
        "Write to whoever gave you this address: they will open an account for you.",
    ),
    "sign_in_fault_wrong": Text(
        "Не подходит. Проверьте, что ввели, и попробуйте ещё раз.",
        "That does not match. Check what you entered and try again.",
    ),
    "sign_in_fault_slowed": Text(
        "Слишком много попыток подряд. Подождите {seconds} с — или войдите по ссылке из письма: "
        "«Забыли пароль?».",
        "Too many tries in a row. Wait {seconds} s, or get in by the link of a letter: "
        "“Forgot your password?”.",
    ),
    "sign_in_fault_codes_spent": Text(
        "За сутки введено слишком много неверных кодов. Войдите по запасному коду или попробуйте через "
        "{hours} ч.",
        "Too many wrong codes today. Get in with a recovery code, or try again in {hours} h.",
    ),
    "sign_in_fault_over": Text(
        "Прошло слишком много времени. Начните сначала.",
        "Too much time has passed. Please begin again.",
    ),
    "sign_in_fault_blocked": Text(
        "Этот счёт закрыт оператором. Напишите ему, чтобы узнать почему.",
        "The operator has closed this account. Write to them to learn why.",
    ),
    "sign_in_fault_password_short": Text(
        "Пароль слишком короткий: нужно хотя бы 8 знаков.",
        "The password is too short: it needs 8 characters at least.",
    ),
    "sign_in_fault_password_long": Text(
        "Пароль слишком длинный: не больше 256 знаков.",
        "The password is too long: 256 characters at most.",
    ),
    "sign_in_fault_password_email": Text(
        "Пароль не должен совпадать с вашим e-mail.",
        "The password must not be your e-mail.",
    ),
    "sign_in_fault_password_common": Text(
        "Такой пароль пробуют первым. Придумайте другой.",
        "That password is among the first to be tried. Please choose another.",
    ),
    "sign_in_fault_email_bad": Text(
        "Это не похоже на e-mail. Проверьте, нет ли опечатки.",
        "That does not look like an e-mail. Check it for typos.",
    ),
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
    "said_welcome": Text("Счёт открыт. Добро пожаловать!", "Your account is open. Welcome!"),
    "said_signed_out": Text("Вы вышли.", "You are signed out."),
    "said_password_set": Text("Пароль сохранён.", "Your password is saved."),
    "said_oidc_silent": Text(
        "Сервис входа не отвечает. Попробуйте позже или войдите по паролю.",
        "The other service does not answer. Try later, or sign in by password.",
    ),
    "said_oidc_broken": Text(
        "Вход через другой сервис не получился. Попробуйте ещё раз.",
        "Signing in by the other service did not work out. Please try again.",
    ),
    "said_oidc_taken": Text(
        "Этот вход уже привязан к другому счёту.", "That identity is linked to another account already."
    ),
    "said_oidc_unverified": Text(
        "Другой сервис не подтвердил ваш e-mail. Войдите по паролю и привяжите его в разделе «Безопасность».",
        "The other service has not verified your e-mail. Sign in by password and link it under “Security”.",
    ),
    "said_oidc_closed": Text(
        "Счёта с таким e-mail нет или он закрыт, а новые открывает оператор.",
        "There is no open account of that e-mail, and the operator opens new ones.",
    ),
    "said_oidc_linked": Text("Привязано.", "Linked."),
    "said_half_way_over": Text(
        "Прошло слишком много времени. Войдите ещё раз.", "Too much time has passed. Please sign in again."
    ),
}
