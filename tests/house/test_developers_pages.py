"""The pages for developers: words that are explained once, links and paths that lead somewhere, and
a way in from the front.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
PAGES = sorted((ROOT / "docs" / "developers").rglob("*.md"))
IDS = [str(page.relative_to(ROOT)) for page in PAGES]


def test_sixty_words_are_explained_each_once() -> None:
    words = re.findall(
        r"^\| ([^|]+) \| [^|]+\.(?: [^|]+)? \|$",
        (ROOT / "docs/developers/words.md").read_text(),
        re.MULTILINE,
    )
    assert len(words) >= 60 and len(words) == len(set(words))


@pytest.mark.parametrize(
    "page",
    [*PAGES, ROOT / "CONTRIBUTING.md", ROOT / "README.md"],
    ids=[*IDS, "CONTRIBUTING.md", "README.md"],
)
def test_links_lead_somewhere(page: Path) -> None:
    links = [
        link.partition("#")[0] for link in re.findall(r"\]\((?!https?:)([^)]+)\)", page.read_text())
    ]
    assert [link for link in links if link and not (page.parent / link).exists()] == []


@pytest.mark.parametrize(
    "page",
    [page for page in PAGES if page.name not in {"promises.md", "attacks.md", "pictures.md"}],
    ids=lambda page: page.name,
)
def test_paths_that_are_named_exist(page: Path) -> None:
    """A page that sends a developer to a folder which has moved is worse than none."""
    named = re.findall(
        r"`((?:cte_portal|pathways|certification|templates|static|tests|docs|development)/[\w./-]*)`",
        page.read_text(),
    )
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_the_cast_that_is_described_is_there() -> None:
    page = (ROOT / "docs/developers/tests.md").read_text()
    fixtures = "".join(path.read_text() for path in (ROOT / "tests/fixtures").glob("*.py"))
    people = re.findall(r"^\| `(\w+)` \|", page.partition("## The standing cast")[2], re.MULTILINE)
    assert len(people) > 8 and [name for name in people if f"def {name}(" not in fixtures] == []


def test_the_way_in_starts_at_the_front() -> None:
    front = (ROOT / "CONTRIBUTING.md").read_text()
    pages = [page for page in PAGES if page.name != "attacks.md"]
    assert [str(page) for page in pages if str(page.relative_to(ROOT)) not in front] == []
    assert "(CONTRIBUTING.md)" in (ROOT / "README.md").read_text()
