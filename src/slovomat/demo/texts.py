"""What the demo's upstream writes, and what its people ask for: short texts in both languages."""

ASKED: dict[str, tuple[str, ...]] = {
    "ru": (
        "Пост о новой осенней коллекции пледов, тёплый и без восклицательных знаков",
        "Описание травяного чая с чабрецом для каталога, три предложения",
        "Придумай названия для пекарни у вокзала",
        "Расскажи простыми словами, зачем нужна вакцинация от гриппа",
        "Стихотворение о первом снеге в маленьком городе",
        "Контент-план на неделю для мастерской по ремонту велосипедов",
        "Письмо клиенту: доставка задержится на два дня, извинения и скидка",
        "Сочинение о том, что такое настоящая дружба",
        "Как объяснить ребёнку, почему небо голубое?",
        "Функция на Python, которая убирает повторы из списка и сохраняет порядок",
    ),
    "en": (
        "A post about our new autumn blankets, warm, no exclamation marks",
        "A catalogue text for thyme tea, three sentences",
        "Names for a bakery next to a railway station",
        "Explain in plain words why people get a flu shot every year",
        "A poem about the first snow in a small town",
        "A content plan for a week for a bicycle repair shop",
        "A letter to a customer: the delivery is two days late, apologies and a discount",
        "A Python function that removes duplicates from a list and keeps the order",
    ),
}

WRITTEN: dict[str, dict[str, tuple[str, ...]]] = {
    "chat": {
        "ru": (
            "Я демонстрационная модель: пишу из заготовок, зато сразу. Настоящая ответила бы по существу, "
            "а здесь видно, как ответ приходит слово за словом и сколько он стоит.",
            "Вот три шага. Первый: запишите, что уже известно. Второй: вычеркните то, что ни на что не "
            "влияет."
            " Третий: начните с самого маленького дела из оставшихся. Обычно дальше идёт само.",
        ),
        "en": (
            "I am a demo model: I write from a drawer, but at once. A real one would answer your question; "
            "here you see how an answer arrives word by word, and what it costs.",
            "Three steps. First, write down what is known already. Second, cross out what changes nothing. "
            "Third, begin with the smallest thing that is left. The rest tends to follow.",
        ),
    },
    "shorter": {
        "ru": ("Мастерская открылась весной, чинит велосипеды за день и даёт на работу год гарантии.",),
        "en": (
            "The workshop opened in spring, mends bicycles within a day and guarantees its work for a year.",
        ),
    },
    "continue": {
        "ru": (
            "Дверь скрипнула, и в комнату вошёл запах мокрой листвы. Никто не обернулся: все слушали, как на "
            "чердаке кто-то осторожно переставляет коробки.",
        ),
        "en": (
            "The door creaked, and the smell of wet leaves came in. Nobody turned round: they were "
            "listening to "
            "somebody in the attic who was carefully moving boxes.",
        ),
    },
    "names": {
        "ru": ("1. «Первый батон»\n2. «Тёплый перрон»\n3. «Корочка»\n4. «Шесть утра»\n5. «Хлеб да рельсы»",),
        "en": ("1. First Loaf\n2. Warm Platform\n3. The Crust\n4. Six in the Morning\n5. Bread & Rails",),
    },
    "task": {
        "ru": (
            "**Решение.** Пусть скорость велосипедиста равна v. За два часа он проехал 2v, а пешеход за "
            "то же "
            "время прошёл 10 км, и между ними стало 14 км. Значит, 2v − 10 = 14, откуда v = 12.\n\n"
            "**Ответ:** 12 км/ч.",
        ),
        "en": (
            "**Solution.** Let the cyclist's speed be v. In two hours the cyclist rode 2v, the walker went "
            "10 km, and 14 km lay between them. So 2v − 10 = 14, and v = 12.\n\n**Answer:** 12 km/h.",
        ),
    },
    "text": {
        "ru": (
            "Утро пришло без стука. Оно постояло у окна, тронуло занавеску и легло на стол рядом с остывшей "
            "чашкой. Город за стеклом ещё не решил, каким ему сегодня быть, и на всякий случай молчал.",
        ),
        "en": (
            "Morning came in without knocking. It stood by the window, touched the curtain and lay down "
            "on the "
            "table beside a cold cup. The town had not decided yet what to be today, and kept silent.",
        ),
    },
    "poems": {
        "ru": (
            "**Первый снег**\n\nОн падал тихо, наугад,\nНа крыши, лавки и заборы,\nИ замолкали у ворот\n"
            "Дневные споры.\n\nИ город, белый, как листок,\nЛежал, ещё никем не начат,\nИ каждый сделать мог "
            "глоток\nТакой удачи.",
        ),
        "en": (
            "**First Snow**\n\nIt fell as if it had all day\nOn roofs and rails and garden chairs,\nAnd "
            "took the "
            "noise of noon away,\nAnd all our cares.\n\nThe town lay open like a page\nThat nobody had "
            "written "
            "on,\nAnd for an hour, whatever our age,\nOur years were gone.",
        ),
    },
    "books_list": {
        "ru": (
            "Это демонстрация, и книги здесь придуманы.\n\n1. Ветрова А. С. Чай в русской провинции. — "
            "2019.\n"
            "2. Лукин П. Р. Как писать просто. — 2021.\n3. Дорохова М. И. Город и хлеб. — 2016.",
        ),
        "en": (
            "This is a demo, and the books are made up.\n\n1. A. Vetrova. Tea in the Provinces. 2019.\n"
            "2. P. Lukin. How to Write Plainly. 2021.\n3. M. Dorokhova. A Town and Its Bread. 2016.",
        ),
    },
    "song_text": {
        "ru": (
            "**Куплет**\nПоследний трамвай, на ладони билет,\nВ окне отражается чей-то ответ.\n\n**Припев**\n"
            "Не спеши, не спеши, у зимы есть время,\nМы успеем сказать, мы успеем всем ей.",
        ),
        "en": (
            "**Verse**\nThe last tram home, a ticket in my hand,\nA window full of what I understand.\n\n"
            "**Chorus**\nTake it slow, take it slow, winter has the time,\nWe will say what we mean, line "
            "by line.",
        ),
    },
    "summary": {
        "ru": (
            "Автор показывает, что привычка к короткому тексту не отучает думать: она учит выбирать главное.",
        ),
        "en": (
            "The author shows that short texts do not stop us thinking: they teach us what to leave out.",
        ),
    },
    "paper": {
        "ru": (
            "## Введение\n\nВопрос о пользе чтения вслух обсуждается давно. В работе рассматриваются три "
            "довода "
            "в его пользу.\n\n## Основная часть\n\nЧтение вслух замедляет читателя, делает слышным ритм и "
            "выявляет ошибки.\n\n## Заключение\n\nВсе три довода подтверждаются практикой редакторов.",
        ),
        "en": (
            "## Introduction\n\nThe use of reading aloud has long been discussed. Three arguments for it are "
            "considered here.\n\n## Discussion\n\nReading aloud slows the reader down, makes rhythm "
            "audible and "
            "brings mistakes to light.\n\n## Conclusion\n\nEditors' practice supports all three.",
        ),
    },
    "report": {
        "ru": (
            "Добрый день! Сегодня я расскажу, почему велосипед зимой не должен стоять без дела. Сначала о "
            "дороге, затем об одежде, и в конце о том, сколько это стоит. Спасибо, что вы здесь.",
        ),
        "en": (
            "Good afternoon. Today I will tell you why a bicycle should not stand idle in winter: first the "
            "roads, then the clothes, and at the end what it costs. Thank you for being here.",
        ),
    },
    "originality": {
        "ru": (
            "Мастерскую открыли весной. Велосипед здесь приводят в порядок за день, и год за это отвечают.",
        ),
        "en": (
            "Spring saw the workshop open. A bicycle is put right in a day, and they answer for it a year.",
        ),
    },
    "rewrite": {
        "ru": ("Мы открылись весной. Чиним велосипеды за один день и отвечаем за свою работу целый год.",),
        "en": ("We opened in spring. We mend bicycles in one day and stand by our work for a whole year.",),
    },
    "essay": {
        "ru": (
            "Настоящая дружба, как мне кажется, видна не в праздник. Друг — это тот, кому можно позвонить "
            "без "
            "повода и промолчать вместе.\n\nУ меня был случай: сосед по парте отдал мне свой зонт и пошёл "
            "под "
            "дождём. Он ничего не сказал, а я запомнил на всю жизнь.\n\nДумаю, дружба и есть такая тишина.",
        ),
        "en": (
            "True friendship, it seems to me, is not seen on holidays. A friend is somebody whom you can "
            "ring "
            "without a reason, and be silent with.\n\nOnce a classmate gave me his umbrella and walked "
            "home in "
            "the rain. He said nothing, and I have not forgotten it.",
        ),
    },
    "plan": {
        "ru": (
            "| День | Тема | Формат |\n|---|---|---|\n| Пн | Как хранить велосипед зимой | карточки |\n"
            "| Ср | История одного ремонта | фото до и после |\n| Пт | Вопросы мастеру | прямой эфир |",
        ),
        "en": (
            "| Day | Subject | Format |\n|---|---|---|\n| Mon | How to store a bicycle in winter | cards |\n"
            "| Wed | The story of one repair | before and after |\n| Fri | Ask the mechanic | live |",
        ),
    },
    "post": {
        "ru": (
            "За окном плюс четыре и дождь, а у нас плед, чай и тишина. В новой коллекции пять цветов, и "
            "каждый "
            "назван по дереву: клён, рябина, ольха, дуб и сосна.\n\nПриходите потрогать. #осень #пледы",
            "Мы долго выбирали шерсть и выбрали ту, что не колется. Проверено котом. Подробности на сайте, а "
            "живьём — в мастерской на Садовой. #тепло",
        ),
        "en": (
            "Four degrees and rain outside; a blanket, tea and quiet in here. Five colours this autumn, each "
            "named after a tree: maple, rowan, alder, oak and pine.\n\nCome and touch them. #autumn "
            "#blankets",
        ),
    },
    "code": {
        "ru": (
            "```python\ndef unique(items):\n    seen = set()\n    return [x for x in items if not (x in "
            "seen or "
            "seen.add(x))]\n```\n\nПорядок сохраняется, потому что список просматривается один раз.",
        ),
        "en": (
            "```python\ndef unique(items):\n    return list(dict.fromkeys(items))\n```\n\nThe order is "
            "kept: a "
            "dictionary remembers in which order its keys came.",
        ),
    },
    "synopsis": {
        "ru": (
            "- Чтение вслух замедляет и проясняет.\n- Ритм слышен сразу.\n- Ошибки слышны раньше, чем видны.",
        ),
        "en": ("- Reading aloud slows down and clears up.\n- Rhythm is heard at once.\n- So are mistakes.",),
    },
    "story": {
        "ru": (
            "Почтальон Савелий носил письма, которых никто не ждал. Однажды он ошибся дверью и отдал чужое "
            "письмо старушке с третьего этажа. Она прочитала, улыбнулась и сказала: «Я как раз об этом "
            "думала».",
        ),
        "en": (
            "Saveliy the postman carried letters that nobody waited for. One day he took the wrong door "
            "and gave "
            "a stranger's letter to an old lady. She read it, smiled and said: “I was just thinking of "
            "that.”",
        ),
    },
    "article": {
        "ru": (
            "# Чай с чабрецом: что о нём стоит знать\n\nЧабрец собирают в июне, пока он цветёт. Сушат в "
            "тени, "
            "заваривают пять минут.\n\n## С чем пить\n\nЛучше всего с мёдом и чёрным хлебом.",
        ),
        "en": (
            "# Thyme tea: what is worth knowing\n\nThyme is picked in June, while it is in flower, dried "
            "in the "
            "shade and steeped for five minutes.\n\n## What goes with it\n\nHoney and rye bread.",
        ),
    },
    "answer": {
        "ru": (
            "Небо голубое потому, что воздух рассеивает синий свет сильнее красного. Солнце посылает все "
            "цвета, "
            "но синий долетает до нас со всех сторон.",
        ),
        "en": (
            "The sky is blue because air scatters blue light more than red. The sun sends all colours, "
            "but the "
            "blue reaches us from every side.",
        ),
    },
}
