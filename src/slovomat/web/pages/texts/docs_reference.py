"""The interactive reference and the OpenAPI document behind it."""

from slovomat.web.pages.texts.text import Text

REFERENCE = {
    "ref_title": Text("Справочник API", "API reference"),
    "ref_lead": Text(
        "Каждый вызов сервиса можно выполнить прямо здесь. Запросы идут на этот сервис с вашим ключом: "
        "платные вызовы оплачиваются как обычно.",
        "Every call of the service can be made right here. It goes to this service with your key: paid "
        "calls are charged as usual.",
    ),
    "ref_no_script": Text(
        "Справочнику нужен JavaScript. Всё то же самое без него — в документации, а машинное описание — "
        "в файле {file}.",
        "The reference needs JavaScript. The documentation has the same without it, and the file {file} "
        "is for programs.",
    ),
    "ref_create_job": Text("Создать задание", "Create a job"),
    "ref_poll_job": Text("Узнать, что с заданием", "Ask how a job stands"),
    "ref_balance": Text("Узнать остаток", "Ask what is left"),
    "ref_chat": Text("Ответ в чате, целиком или потоком", "A chat answer, whole or streamed"),
    "ref_models": Text("Список моделей", "List the models"),
    "ref_model": Text("Одна модель", "One model"),
    "ref_alive": Text("Сервис работает", "The service runs"),
    "ref_ready": Text("Сервис готов принимать запросы", "The service is ready for requests"),
    "ref_not_ready": Text(
        "Перезапускается или нет связи с базой", "It restarts, or its database does not answer"
    ),
    "ref_metrics": Text("Показатели для Prometheus", "Metrics for Prometheus"),
    "ref_idempotency": Text(
        "Тот же ключ с тем же телом возвращает первый ответ и не оплачивается второй раз",
        "The same key with the same body gives the first answer again and is not paid twice",
    ),
    "ref_header_limit": Text("Предел в минуту", "The limit a minute"),
    "ref_header_remaining": Text("Сколько осталось до предела", "What is left of the limit"),
    "ref_header_reset": Text("Через сколько предел начнётся заново", "When the limit starts anew"),
    "ref_header_cut": Text(
        "Сколько знаков не попало к модели", "How many characters did not reach the model"
    ),
    "ref_header_replayed": Text("Это повтор первого ответа", "This is the first answer again"),
    "ref_header_retry": Text("Через сколько секунд повторить", "In how many seconds to try again"),
    "ref_header_should_retry": Text("Повторять бесполезно", "Trying again will not help"),
    "ref_header_scheme": Text("Как передать ключ", "How to send the key"),
    "ref_header_allow": Text("Подходящие методы", "The methods that will do"),
    "ref_tag_service": Text("Состояние сервиса", "The state of the service"),
    "ref_tag_cabinet": Text("Личный кабинет", "The cabinet"),
    "ref_tag_payments": Text("Оплата", "Payments"),
    "ref_tag_desk": Text("Кабинет оператора", "The operator's desk"),
    "ref_tag_pages": Text("Страницы и файлы", "Pages and files"),
    "ref_lang": Text("Язык страницы", "The page's language"),
    "ref_page": Text("Страница или файл", "The page or file"),
    "ref_elsewhere": Text("Дальше по другому адресу", "Go on at another address"),
    "ref_location": Text("Куда идти дальше", "Where to go on"),
    "ref_unchanged": Text("Файл не изменился", "The file has not changed"),
    "ref_notice": Text("Страница, которая говорит, что не так", "A page that says what is wrong"),
    "ref_bearer": Text(
        "API ключ: `Authorization: Bearer slv_…`. В textbot и chatinfo ключ передаётся в теле, поле `key`.",
        "The API key: `Authorization: Bearer slv_…`. textbot and chatinfo take it in the body as `key`.",
    ),
    "ref_session": Text("Вход в личный кабинет", "Signed in to the cabinet"),
    "ref_desk": Text("Вход оператора", "Signed in at the operator's desk"),
    "quick_title": Text("Быстрый старт", "Quick start"),
    "quick_key": Text("Получите ключ", "Get a key"),
    "quick_key_text": Text(
        "Он начинается с `slv_` и показывается один раз: сохраните его сразу.",
        "It begins with `slv_` and is shown once: keep it at once.",
    ),
    "quick_key_yours": Text(
        "Ваш ключ начинается с `{key}`. В примерах ниже стоит его начало: допишите остальное.",
        "Your key begins with `{key}`. The samples below show that beginning: put in the rest.",
    ),
    "quick_call": Text("Сделайте первый вызов", "Make the first call"),
    "quick_next": Text("Дальше", "What next"),
    "quick_next_text": Text(
        "Выберите API: задания `textbot` и `chatinfo` или чат OpenAI. Попробовать вызовы можно "
        "в справочнике.",
        "Choose an API: the jobs of `textbot` and `chatinfo`, or the chat of OpenAI. Calls can be tried in "
        "the reference.",
    ),
    "quick_file": Text("Описание OpenAPI", "The OpenAPI document"),
    "docs_refusals": Text("Отказы", "Refusals"),
    "docs_col_parameters": Text("Что можно выбрать", "What can be chosen"),
    "docs_parameter_integer": Text("{name}: от {least} до {most}", "{name}: {least} to {most}"),
    "docs_parameter_choice": Text("{name}: {choices}", "{name}: {choices}"),
    "docs_parameter_flag": Text("{name}: да или нет", "{name}: yes or no"),
    "docs_parameter_string": Text("{name}: до {most} знаков", "{name}: up to {most} characters"),
    "docs_default": Text("если не выбрать", "unless chosen"),
    "docs_yes": Text("да", "yes"),
    "docs_no": Text("нет", "no"),
    "docs_parameters_text": Text(
        "Параметры режима выбираются в песочнице; API берёт значения по умолчанию.",
        "A mode's parameters are chosen in the playground; the APIs take the defaults.",
    ),
}
