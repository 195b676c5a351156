from benchmarks.section import Section
SECTION = Section("peers", "peers", (), lambda stage, effort: [], "")
