"""The desk's pages of modes."""

from slovomat.web.pages.texts.text import Text

ADMIN_MODES = {
    "modes_title": Text("Режимы", "Modes"),
    "modes_lead": Text(
        "Промпты, по которым модель пишет. Их можно менять без перезапуска и вернуть как было.",
        "The prompts that the model writes by. They change without a restart, and can be put back.",
    ),
    "modes_mode": Text("Режим", "Mode"),
    "modes_id": Text("Имя в API", "Name in the API"),
    "modes_version": Text("Версия", "Version"),
    "modes_digest": Text("SHA-256", "SHA-256"),
    "modes_origin": Text("Откуда", "Source"),
    "modes_origin_packaged": Text("из комплекта", "packaged"),
    "modes_origin_folder": Text("из вашей папки", "your folder"),
    "modes_origin_edited": Text("изменён здесь", "edited here"),
    "modes_changed": Text("Последнее изменение", "Last change"),
    "modes_did_mode_activate": Text("введён новый текст", "a new text was put in force"),
    "modes_did_mode_roll_back": Text("возврат", "rolled back"),
    "modes_did_to": Text("к изменению {n}", "to change {n}"),
    "modes_did_to_file": Text("к файлу", "to the file"),
    "modes_one_lead": Text(
        "Пока вы не нажмёте «Ввести в действие», для клиентов ничего не меняется.",
        "Until you press “Put in force”, nothing changes for customers.",
    ),
    "modes_tabs": Text("Страницы режима", "Pages of the mode"),
    "modes_tab_text": Text("Текст", "Text"),
    "modes_tab_versions": Text("Изменения", "Changes"),
    "modes_text": Text("Файл режима", "The mode's file"),
    "modes_text_hint": Text(
        "Целиком, с заголовком между строками `---`. Меняя смысл, увеличьте `version`.",
        "All of it, with the header between the lines `---`. Raise `version` when the meaning changes.",
    ),
    "modes_check": Text("Проверить", "Check"),
    "modes_compare": Text("Сравнить", "Compare"),
    "modes_run": Text("Прогнать тесты", "Run its tests"),
    "modes_run_hint": Text(
        "Тесты стоят в самом файле; каждый посылает модели настоящий запрос за ваш счёт.",
        "The tests stand in the file itself; each sends the model a real request at your cost.",
    ),
    "modes_fault": Text("Такой текст не подойдёт", "This text cannot be used"),
    "modes_fault_line": Text("строка {line}: ", "line {line}: "),
    "modes_sound": Text("Ошибок нет, текст можно вводить.", "No faults: the text can be put in force."),
    "modes_preview": Text("Готовый промпт", "The prompt it makes"),
    "modes_preview_hint": Text(
        "Что получит модель для вашего примера. Никуда не отправляется.",
        "What the model would get for a sample of yours. Nothing is sent.",
    ),
    "modes_preview_sub": Text(
        "температура {temperature}, ответ до {tokens} токенов",
        "temperature {temperature}, an answer of up to {tokens} tokens",
    ),
    "modes_preview_do": Text("Показать промпт", "Show the prompt"),
    "modes_sample_text": Text("Пример текста", "A sample text"),
    "modes_sample": Text("Осень в северном городе", "Autumn in a northern city"),
    "modes_system": Text("Система", "System"),
    "modes_user": Text("Пользователь", "User"),
    "modes_diff_active": Text("Что изменится", "What changes"),
    "modes_diff_packaged": Text("Отличия от комплекта", "Against the packaged file"),
    "modes_diff_this": Text("Чем отличается от нынешнего", "Against the text in force"),
    "modes_diff_active_now": Text("Это и есть нынешний текст.", "This is the text in force."),
    "modes_diff_none": Text("Отличий нет.", "No difference."),
    "modes_diff_place": Text("со строки {line}", "from line {line}"),
    "modes_trials": Text("Тесты", "Tests"),
    "modes_trial_n": Text("Тест {n}", "Test {n}"),
    "modes_trial_good": Text("прошёл", "passed"),
    "modes_trial_bad": Text("не прошёл", "failed"),
    "modes_trial_input": Text("Что спросили", "What was asked"),
    "modes_trial_running": Text("Идёт тест {n} из {of}…", "Test {n} of {of} is under way…"),
    "modes_trials_done": Text("Это все тесты.", "These were all tests."),
    "modes_trials_more": Text(
        "Тесты идут долго. Нажмите «Прогнать тесты» ещё раз, чтобы продолжить с этого места.",
        "The tests take long. Press “Run its tests” again to go on from here.",
    ),
    "modes_trials_often": Text(
        "Слишком много тестов подряд. Подождите минуту.", "Too many tests in a row. Wait a minute."
    ),
    "modes_no_upstream": Text("Этот сервис ничего не генерирует.", "This service generates nothing."),
    "modes_activate": Text("Ввести в действие", "Put in force"),
    "modes_activate_sub": Text(
        "На всех узлах, в течение секунды. Начатые генерации закончатся по-старому.",
        "On all nodes, within a second. Generations under way end as they began.",
    ),
    "modes_no_reason": Text("Напишите, зачем нужно изменение.", "Say what the change is for."),
    "modes_same": Text("Этот текст уже действует.", "This text is in force already."),
    "modes_outdated": Text(
        "Пока вы правили, ввели другой текст. Ваш не потерян: он ниже, а отличия от нового показаны тут. "
        "Если всё равно хотите заменить новый своим, нажмите «Ввести в действие» ещё раз.",
        "While you edited, another text was put in force. Yours is not lost: it stands below, and how it "
        "differs from the new one is shown here. To replace the new one all the same, press “Put in force” "
        "again.",
    ),
    "modes_versions_lead": Text(
        "Все тексты, которые вводили здесь, и почему.", "All texts that were put in force here, and why."
    ),
    "modes_revision": Text("Изменение", "Change"),
    "modes_revision_n": Text("Изменение {n}", "Change {n}"),
    "modes_active": Text("действует", "in force"),
    "modes_when": Text("Когда", "When"),
    "modes_who": Text("Кто", "Who"),
    "modes_what": Text("Что", "What"),
    "modes_why": Text("Зачем", "Why"),
    "modes_file": Text("Файл", "The file"),
    "modes_file_hint": Text("с ним сервис запущен", "the service was started with it"),
    "modes_back": Text("Вернуть", "Roll back"),
    "modes_back_ask": Text(
        "Текст изменения {n} снова начнёт действовать.", "The text of change {n} will be in force again."
    ),
    "modes_back_file_ask": Text(
        "Снова начнёт действовать файл, с которым запущен сервис.",
        "The file that the service was started with will be in force again.",
    ),
    "modes_open": Text("Открыть в редакторе", "Open in the editor"),
    "modes_log": Text("Журнал режима", "The mode's journal"),
    "said_mode_activated": Text("Текст введён в действие.", "The text is in force."),
    "said_mode_rolled_back": Text("Прежний текст снова действует.", "The former text is in force again."),
    "said_mode_as_it_is": Text("Этот текст и так действует.", "That text is in force already."),
}
