"""What the stylesheet, scripts and templates promise without a browser."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
STATIC = ROOT / "static"
CSS = (STATIC / "css/portal.css").read_text()
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SCRIPTS = sorted((STATIC / "js").glob("*.js"))


def luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    digits = "".join(digit * 2 for digit in digits) if len(digits) == 3 else digits
    channels = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [
        channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
        for channel in channels
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: str, other: str) -> float:
    light, dark = sorted((luminance(first), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


TOKENS = {
    name: (light, dark)
    for name, light, dark in re.findall(r"--([\w-]+):light-dark\((#\w+),(#\w+)\)", CSS)
}


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("front", "back", "least"),
    [
        *[
            (ink, ground, 4.5)
            for ink in ("ink", "ink-2", "ink-3", "accent")
            for ground in ("surface", "canvas", "sunken", "zebra", "tint")
        ],
        *[
            (state, ground, 4.5)
            for state in ("ok", "warn", "bad")
            for ground in ("surface", f"{state}-tint")
        ],
        *[("accent", tint, 4.5) for tint in ("ok-tint", "warn-tint", "bad-tint")],
        ("on-accent", "accent", 4.5),
        ("on-accent", "accent-strong", 4.5),
        ("bar-2", "bar", 4.5),
        ("control", "surface", 3.0),
        ("control", "tint", 3.0),
    ],
)
def test_g_08_text_and_controls_stand_out_from_their_ground(
    front: str, back: str, least: float, scheme: int
) -> None:
    assert contrast(TOKENS[front][scheme], TOKENS[back][scheme]) >= least


def test_own_css_stays_within_18_kilobytes() -> None:
    assert len(CSS.encode()) <= 18 * 1024


@pytest.mark.parametrize("name", ["credits", "grid", "list"])
def test_a_sheet_of_few_pages_is_small_and_takes_its_colours_from_the_tokens(name: str) -> None:
    sheet = (STATIC / f"css/{name}.css").read_text()
    most = 2304 if name == "grid" else 2048
    assert len(sheet.encode()) <= most and not re.search(r"#[0-9a-fA-F]{3,8}\b|rgb\(", sheet)


def test_a_page_jumps_to_its_place_and_does_not_slide_there() -> None:
    """On a page that still slides, a quick click meets another place than the one that was aimed
    at.
    """
    assert re.search(r":root\{[^}]*scroll-behavior:auto", CSS)


def test_colours_exist_only_as_tokens() -> None:
    rules = CSS[CSS.index("\nbody{") :]
    assert set(re.findall(r"#[0-9a-fA-F]{3,8}\b(?=[;,)} ])", rules)) <= {
        "#fff"
    }  # white on the top bar, in both schemes


def test_g_13_the_first_view_is_within_its_weight() -> None:
    loaded = [
        STATIC / "css/portal.css",
        STATIC / "img/favicon.svg",
        *SCRIPTS,
        *(STATIC / "vendor").rglob("*.css"),
    ]
    assert (
        sum(answer.stat().st_size for answer in loaded) < 150_000
    )  # uncompressed, so that a page of 50 KB still fits


@pytest.mark.parametrize(
    "entry",
    json.loads((STATIC / "vendor/vendor.json").read_text()),
    ids=lambda entry: entry["name"],
)
def test_vendored_files_are_the_named_ones(entry: dict[str, object]) -> None:
    files = entry["files"]
    assert isinstance(files, dict)
    for name, digest in files.items():
        content = (STATIC / "vendor" / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == digest
        assert b"sourceMappingURL" not in content
        assert (STATIC / "vendor" / name).with_name("LICENSE").exists()


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_w_01_templates_hold_no_script_style_or_unescaped_value(path: Path) -> None:
    source = path.read_text()
    assert not re.search(r"<style|\sstyle=|\son\w+=\W|javascript:|\|safe\b|autoescape off", source)
    assert not re.search(r"<script(?![^>]*\ssrc=)", source)
    assert not re.search(r"https?://(?!www\.w3\.org)", source)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_d_01_every_form_that_changes_something_leaves_the_checking_to_the_server(
    path: Path,
) -> None:
    for form in re.findall(
        r"<form[^>]*method=\"post\"[^>]*>.*?</form>", path.read_text(), re.DOTALL
    ):
        assert "{% csrf_token %}" in form or "for name, value in again" in form, (
            "what was sent is sent again, its token too"
        )
        if "as_crispy_field" in form:
            assert "novalidate" in form


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_p_09_scripts_store_nothing_and_write_no_markup(path: Path) -> None:
    source = path.read_text()
    assert not re.search(
        r"localStorage|sessionStorage|indexedDB|serviceWorker|document\.cookie|innerHTML|insertAdjacentHTML|eval\(",
        source,
    )
