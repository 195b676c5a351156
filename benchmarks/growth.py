from benchmarks.section import Section

SECTION = Section("growth", "growth", (), lambda stage, effort: [], "")
