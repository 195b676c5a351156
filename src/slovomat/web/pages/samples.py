"""Programs that call this instance, ready to paste: packaged files with the address filled in."""

from importlib.resources import files

import msgspec

NO_KEY = "YOUR_KEY"
"""What stands in a sample where the reader's key belongs."""
LANGUAGES = (("curl", "curl"), ("python", "Python"), ("javascript", "JavaScript"), ("php", "PHP"))


class Sample(msgspec.Struct, frozen=True):
    """One program. `id` is the language's short name, `title` what people call it."""

    id: str
    title: str
    code: str


def samples(dialect: str, site: str, model: str, prompt: str, key: str = NO_KEY) -> tuple[Sample, ...]:
    """The dialect's samples in every language that has one. `key`: what to write in the key's place."""
    folder = files("slovomat.web").joinpath("templates", "samples")
    found = []
    for language, title in LANGUAGES:
        file = folder.joinpath(f"{dialect}.{language}.txt")
        if file.is_file():
            code = file.read_text("utf-8").rstrip()
            code = code.replace("{site}", site).replace("{model}", model).replace("{prompt}", prompt)
            code = code.replace(NO_KEY, key)
            found.append(Sample(language, title, code))
    return tuple(found)
