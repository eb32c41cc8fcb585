"""Every id that a test or a comment cites is explained in docs/developers/promises.md, and none
stands there that nothing cites.
"""

from __future__ import annotations

import re
from pathlib import Path

from django.conf import settings

PAGE = Path("docs/developers/promises.md")
ID = re.compile(
    r"\b(FR-\d{3}|R-(?:IMP|FUP|DDE|OUT)-\d{2}|[BCDEFGHJLMOPRSUVWZ]-\d{2}|[HM]-\d{1,2})\b"
)
WALK = re.compile(r"\bwalk (\d+(?:(?:, | and | to |/)(?:walk )?\d+)*)")
KINDS = ("*.py", "*.html", "*.js", "*.css", "*.sh", "*.sql", "*.md")
FOLDERS = (
    "cte_portal",
    "pathways",
    "certification",
    "templates",
    "static/js",
    "static/css",
    "tests",
    "findings",
)


def cited() -> set[str]:
    ids: set[str] = set()
    files = [
        path
        for folder in FOLDERS
        for kind in KINDS
        for path in (settings.BASE_DIR / folder).rglob(kind)
    ]
    files += [
        path
        for path in (settings.BASE_DIR / "docs").rglob("*.md")
        if path != settings.BASE_DIR / PAGE
    ]
    for path in files:
        text = path.read_text(encoding="utf-8", errors="replace")
        ids |= set(ID.findall(text))
        ids |= {
            f"walk {number}"
            for numbers in WALK.findall(text)
            for number in re.findall(r"\d+", numbers)
        }
    return ids


def explained() -> set[str]:
    return set(
        re.findall(r"^\| `([^`]+)` \|", (settings.BASE_DIR / PAGE).read_text(), re.MULTILINE)
    )


def test_every_id_that_is_cited_is_explained() -> None:
    assert not cited() - explained()


def test_nothing_is_explained_that_is_not_cited() -> None:
    assert not explained() - cited()
