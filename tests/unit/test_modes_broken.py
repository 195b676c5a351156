"""An operator's own mode files: what is taken, and what is refused with its file and line."""

from pathlib import Path

import pytest

from slovomat.modes import BrokenMode, load_modes

SOUND = """\
---
id: essay
version: 7
titles:
  ru: Сочинение
  en: Essay
temperature: 0.5
max_tokens: 900
parameters:
  - name: words
    type: integer
    min: 10
    max: 90
    default: 50
    label: {ru: Слов, en: Words}
tests:
  - input: Осень
    require: ['а+']
---
{% block system %}
Write an essay of {{ words }} words.
{% endblock %}
{% block user %}
{{ text }}
{% endblock %}
"""


def own(folder: Path, text: str, name: str = "essay.md") -> Path:
    """The operator's folder with this one file in it."""
    (folder / name).write_text(text, "utf-8")
    return folder


def test_an_own_file_takes_the_place_of_the_packaged_one(tmp_path: Path) -> None:
    """Only the mode that the file is named after changes."""
    modes = load_modes(own(tmp_path, SOUND))
    packaged = load_modes()
    assert modes.render("essay", "Осень").system == "Write an essay of 50 words."
    assert modes.mode("essay").path == tmp_path / "essay.md"
    assert modes.ref("story") == packaged.ref("story")
    assert modes.ids() == packaged.ids()


def test_one_byte_changes_the_digest(tmp_path: Path) -> None:
    """Two files that differ in a space have different digests and the same version."""
    first = load_modes(own(tmp_path, SOUND)).ref("essay")
    second = load_modes(own(tmp_path, SOUND + " ")).ref("essay")
    assert first is not None
    assert second is not None
    assert first.digest != second.digest
    assert first.version == second.version == 7


def test_windows_line_ends_and_a_byte_order_mark_are_no_fault(tmp_path: Path) -> None:
    """A file saved by an editor of another system gives the same prompt."""
    (tmp_path / "essay.md").write_bytes(b"\xef\xbb\xbf" + SOUND.replace("\n", "\r\n").encode())
    assert load_modes(tmp_path).render("essay", "Осень").system == "Write an essay of 50 words."


def test_other_files_in_the_folder_are_left_alone(tmp_path: Path) -> None:
    """Hidden files and files of another kind are not modes."""
    (tmp_path / ".essay.md").write_text("swap", "utf-8")
    (tmp_path / "essay.md~").write_text("backup", "utf-8")
    assert load_modes(tmp_path).ref("essay") == load_modes().ref("essay")


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    """A folder that the settings name must exist."""
    with pytest.raises(BrokenMode, match="no such folder"):
        load_modes(tmp_path / "nowhere")


def test_a_mode_outside_the_contract_is_refused(tmp_path: Path) -> None:
    """The message names the stranger and the modes that there are."""
    with pytest.raises(BrokenMode, match=r"sonnet\.md: there is no mode `sonnet`.*chat, shorter"):
        load_modes(own(tmp_path, SOUND, "sonnet.md"))


# (what to replace, with what, the line of the fault, words of the message)
FAULTS = {
    "front matter does not begin": ("---\nid: essay", "id: essay", 1, "front matter"),
    "front matter does not end": ("['а+']\n---\n", "['а+']\n", 24, "does not end"),
    "not yaml": ("version: 7", "version: [7", 4, "not YAML"),
    "not a mapping": (SOUND.split("---\n")[1], "- essay\n", 1, "mapping"),
    "key twice": ("max_tokens: 900", "max_tokens: 900\nversion: 8", 9, "`version` stands here twice"),
    "unknown field": ("max_tokens: 900", "max_tokens: 900\ncolour: red", 9, "unknown field `colour`"),
    "unknown field inside": ("    min: 10", "    step: 2\n    min: 10", 12, "unknown field `step`"),
    "missing field": ("temperature: 0.5\n", "", 2, "temperature"),
    "missing title": ("  en: Essay\n", "", 4, "`en`"),
    "other id": ("id: essay", "id: story", 2, "the file is named `essay`"),
    "wrong type": ("version: 7", "version: seven", 3, "Expected `int`"),
    "version zero": ("version: 7", "version: 0", 3, ">= 1"),
    "too hot": ("temperature: 0.5", "temperature: 2.5", 7, "<= 2"),
    "budget too big": ("max_tokens: 900", "max_tokens: 900000", 8, "max_tokens"),
    "default out of limits": ("default: 50", "default: 91", 14, "from 10 to 90"),
    "default of another type": ("default: 50", "default: '50'", 14, "Expected `int`"),
    "unknown kind of parameter": ("type: integer", "type: colour", 11, "colour"),
    "parameter named as a variable": ("name: words", "name: text", 10, "`text` is taken"),
    "bad parameter name": ("name: words", "name: 9words", 10, "name"),
    "no tests": ("  - input: Осень\n    require: ['а+']", "  []", 16, "length >= 1"),
    "bad regular expression": ("['а+']", "['(']", 18, "not a regular expression"),
    "limits of a test crossed": (
        "input: Осень",
        "input: Осень\n    min_chars: 9\n    max_chars: 8",
        18,
        "above",
    ),
    "jinja syntax": ("{{ words }} words", "{{ words words", 21, "not a template"),
    "jinja unknown tag": ("{{ text }}", "{% shout %}", 24, "shout"),
    "jinja unknown filter": ("{{ text }}", "{{ text|shout }}", 24, "shout"),
    "block not closed": ("{{ text }}\n{% endblock %}\n", "{{ text }}\n", 24, "not a template"),
    "undefined variable": ("{{ words }} words", "{{ words }} {{ wards }}", 21, "`wards` is not defined"),
    "undefined in a branch not taken": (
        "{{ text }}",
        "{{ text }}\n{% if words > 99 %}\n{{ wards }}\n{% endif %}",
        26,
        "`wards` is not defined",
    ),
    "the text in the system prompt": (
        "{{ words }} words",
        "{{ words }} {{ text }}",
        21,
        "`text` is not defined",
    ),
    "no user block": ("{% block user %}\n{{ text }}\n{% endblock %}\n", "", 22, "block `user` is missing"),
    "third block": (
        "{{ text }}\n{% endblock %}",
        "{{ text }}\n{% endblock %}{% block x %}{% endblock %}",
        25,
        "only",
    ),
    "words outside the blocks": ("{% block user %}", "\nlost words\n{% block user %}", 24, "only the blocks"),
    "a value outside the blocks": (
        "{% block user %}",
        "\n{{ words }}\n{% block user %}",
        24,
        "only the blocks",
    ),
    "text left out": ("{{ text }}", "nothing", 23, "{{ text }} unchanged"),
    "text changed": ("{{ text }}", "{{ text|upper }}", 23, "{{ text }} unchanged"),
    "empty system prompt": ("Write an essay of {{ words }} words.", "{{ '' if words }}", 20, "is empty"),
    "parameter not used": ("{{ words }} words", "many words", 20, "`words` is used in neither"),
    "hidden attribute": ("{{ words }} words", "{{ words }} {{ ''.__class__ }}", 21, "out of reach"),
    "hidden item": ("{{ words }} words", "{{ words }} {{ ''['__class__'] }}", 21, "out of reach"),
    "hidden item spelt out": (
        "{{ words }} words",
        "{{ words }} {{ ''['__cla' ~ 'ss__'] }}",
        21,
        "unsafe|out of reach",
    ),
    "unsafe method": ("{{ words }} words", "{{ words }} {{ [].append(1) }}", 21, "unsafe|safely"),
    "filter to an attribute": ("{{ words }} words", "{{ words }} {{ ''|attr('upper') }}", 21, "attr"),
    "function": ("{{ words }} words", "{{ words }} {{ lipsum() }}", 21, "`lipsum` is not defined"),
    "include": ("{{ text }}", "{{ text }}\n{% include 'chat.md' %}", 25, "stands alone"),
    "fails with the defaults": (
        "{{ words }} words",
        "{{ 1 // (words - 50) }} words",
        21,
        "cannot be rendered",
    ),
    "fails at a limit": ("{{ words }} words", "{{ 1 // (words - 90) }} words", 21, "cannot be rendered"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_broken_file_is_refused_with_its_line(tmp_path: Path, fault: str) -> None:
    """The message begins with the file and the line of the fault, then says what is wrong."""
    old, new, line, words = FAULTS[fault]
    assert SOUND.count(old) >= 1
    with pytest.raises(BrokenMode) as refused:
        load_modes(own(tmp_path, SOUND.replace(old, new, 1)))
    message = str(refused.value)
    assert message.startswith(f"{tmp_path / 'essay.md'}:{line}: "), message
    assert any(one in message for one in words.split("|")), message


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    """A file that is not UTF-8 is refused with the line of the first wrong byte."""
    (tmp_path / "essay.md").write_bytes(SOUND.encode().replace("Сочинение".encode(), b"\xff\xfe"))
    with pytest.raises(BrokenMode, match=r"essay\.md:5: not UTF-8"):
        load_modes(tmp_path)


def test_an_endless_file_is_refused(tmp_path: Path) -> None:
    """A mode file has a limit of size."""
    with pytest.raises(BrokenMode, match="larger than"):
        load_modes(own(tmp_path, SOUND + " " * 300_000))


def test_a_folder_in_a_file_s_place_is_refused(tmp_path: Path) -> None:
    """What cannot be read is refused with its name."""
    (tmp_path / "essay.md").mkdir()
    with pytest.raises(BrokenMode, match=r"essay\.md: cannot be read"):
        load_modes(tmp_path)


def test_an_alias_that_holds_itself_is_refused(tmp_path: Path) -> None:
    """A front matter without an end is a fault like any other."""
    with pytest.raises(BrokenMode, match=r"essay\.md:3: "):
        load_modes(own(tmp_path, SOUND.replace("version: 7", "version: &a [*a]")))
