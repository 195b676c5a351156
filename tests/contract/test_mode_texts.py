"""The ModeTexts port, and the modes that follow it while the service runs."""

import pytest
from tests.books import Books
from tests.contract.test_journal import WHO

from slovomat.domain.mode import Prompt
from slovomat.modes import load_modes
from slovomat.ports.journal import JournalNote, JournalQuery
from slovomat.ports.modes import ModeFault
from slovomat.upstreams.echo import Echo
from slovomat.usecases.mode_desk import ActiveModes, ModeDesk

pytestmark = pytest.mark.anyio
MODES = load_modes()
FILE = MODES.source("essay")
NOTE = JournalNote(at_ms=0, actor_id=1, actor="o@example.org", action="mode_activate", reason="a trial")
EDITED = FILE.replace("{% block system %}", "{% block system %}Edited.", 1)


async def test_an_edited_mode_is_in_force_everywhere_and_rolls_back(books: Books) -> None:
    """Every process adopts it by the version; older ones and the file can be put in force again."""
    ours, theirs = load_modes(), load_modes()
    here, there = ActiveModes(books.store, ours), ActiveModes(books.store, theirs)
    desk = ModeDesk(books.store, ours, Echo(), books.env)
    await here.refresh()
    assert await desk.activate("essay", EDITED, WHO, "shorter") == 1
    await here.refresh()
    await there.refresh()
    assert ours.source("essay") == theirs.source("essay") == EDITED
    assert ours.ref("essay") == theirs.ref("essay") != MODES.ref("essay")
    assert theirs.render("essay", "text").system.startswith("Edited.")
    assert ours.ref("chat") == MODES.ref("chat")
    again = EDITED.replace("Edited.", "Again.")
    assert await desk.activate("essay", again, WHO, "better") == 2
    assert await desk.roll_back("essay", 1, WHO, "worse")
    await there.refresh()
    assert theirs.source("essay") == EDITED
    assert [(one.revision, one.active) for one in await desk.versions("essay")] == [(2, False), (1, True)]
    assert await desk.roll_back("essay", 0, WHO, "as it was")
    await there.refresh()
    assert theirs.ref("essay") == MODES.ref("essay")
    assert not await desk.roll_back("essay", 9, WHO, "no such")
    lines = (await books.store.journal.page(JournalQuery(target_kind="mode"))).rows
    assert [line.note.reason for line in lines] == ["as it was", "worse", "better", "shorter"]


async def test_a_broken_text_is_refused_with_its_line(books: Books) -> None:
    """As the loader of files would; nothing is written, and the mode stays."""
    modes = load_modes()
    desk = ModeDesk(books.store, modes, Echo(), books.env)
    broken = FILE.replace("{{ text }}", "")
    for text in (broken, "no front matter", FILE.replace("id: essay", "id: chat")):
        fault = desk.check("essay", text)
        assert fault is not None
        assert fault.line > 0
        assert await desk.activate("essay", text, WHO, "why") == fault
    assert isinstance(await desk.activate("essay", FILE, WHO, "the same"), ModeFault)
    assert isinstance(await desk.activate("essay", EDITED, WHO, " "), ModeFault)
    assert await desk.versions("essay") == []


async def test_a_draft_is_previewed_compared_and_tried(books: Books) -> None:
    """Its prompt for a sample, the lines that differ, and what its own tests find, without being in force."""
    modes = load_modes()
    desk = ModeDesk(books.store, modes, Echo(), books.env)
    seen = desk.preview("essay", EDITED, "О весне")
    assert isinstance(seen, Prompt)
    assert seen.system.startswith("Edited.")
    assert "О весне" in seen.user
    assert isinstance(desk.preview("essay", EDITED, "x", {"no_such": 1}), ModeFault)
    assert any(line.startswith("+") and "Edited." in line for line in desk.diff("essay", EDITED))
    assert desk.diff("essay", FILE) == []
    tried = await desk.trials("essay", EDITED)
    assert isinstance(tried, list)
    assert [one.input for one in tried] == [test.input for test in MODES.mode("essay").header.tests]
    assert modes.source("essay") == FILE


async def test_a_text_that_cannot_be_used_leaves_the_file_in_force(books: Books) -> None:
    """One of another version of the program, say: it is told, and the others are adopted."""
    await books.store.mode_texts.activate("essay", "---\n", NOTE)
    await books.store.mode_texts.activate("chat", MODES.source("chat") + "\n", NOTE)
    modes = load_modes()
    faults = await ActiveModes(books.store, modes).refresh()
    assert faults.keys() == {"essay"}
    assert modes.source("essay") == FILE
    assert modes.source("chat") == MODES.source("chat") + "\n"
