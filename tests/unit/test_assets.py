"""The packaged files: those of others are what their makers released, and all are found by their names."""

import gzip
import hashlib
import re
import tomllib
from importlib.resources import files

from slovomat.web.pages.assets import load_assets

STATIC = files("slovomat.web").joinpath("static")
VENDOR = STATIC.joinpath("vendor")
MANIFEST = tomllib.loads(VENDOR.joinpath("MANIFEST.toml").read_text("utf-8"))["file"]


def test_files_of_others_are_as_released() -> None:
    """Each has its package, version, licence and hash written down, and not a byte was changed."""
    assert {one["name"] for one in MANIFEST} == {
        file.name for file in VENDOR.iterdir() if file.is_file() and file.name != "MANIFEST.toml"
    }
    for one in MANIFEST:
        assert hashlib.sha256(VENDOR.joinpath(one["name"]).read_bytes()).hexdigest() == one["sha256"], one[
            "name"
        ]
        assert re.fullmatch(r"\d+\.\d+\.\d+", one["version"])
        assert one["license"] in {"MIT", "0BSD", "Apache-2.0"}
        assert len(VENDOR.joinpath(one["license_file"]).read_text("utf-8")) > 400


def test_no_sheet_loads_from_elsewhere() -> None:
    """Style sheets and our scripts name no address of another host that a browser would ask."""
    assets = load_assets()
    for asset in assets.values():
        if asset.name.endswith(".css"):
            loaded = re.findall(r"""url\(\s*["']?([^"')]{1,40})|@import""", asset.body.decode())
            assert all(url.startswith("data:") for url in loaded), asset.name
    for name in ("page.js", "site.css"):
        assert b"http://" not in assets[name].body
        assert b"https://" not in assets[name].body


def test_zipped_is_the_same_file() -> None:
    """Under gzip a file is what it was and much smaller; what is small already is left alone."""
    assets = load_assets()
    sheet = assets["tabler.min.css"]
    assert sheet.zipped is not None
    assert gzip.decompress(sheet.zipped) == sheet.body
    assert len(sheet.zipped) < len(sheet.body) / 5
    assert assets["favicon.ico"].zipped is None or len(assets["favicon.ico"].body) >= 1000
