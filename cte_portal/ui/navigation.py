"""The navigation of a page under the guide's paths, and what the apps' plugs put on the home page
and into the bar above every page.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from django.urls import reverse

from cte_portal.editions import Scope
from cte_portal.frame import (
    ContextFact,
    HomeFigure,
    HomeTask,
    Screen,
    Sentences,
    Standing,
)
from cte_portal.plugs import by_step, plugs

MOST_ADDRESSES = 20_000  # screens of four hundred districts
MOST_PAGES = 1_000
"""Pages of districts whose list of screens is kept: a clerk's next page is mostly another record."""
SMALL_WORD = re.compile("an?|and|by|can|do|does|for|how|i|in|is|it|my|of|on|the|to|what|where")


@dataclass(frozen=True)
class Entry:
    """A screen as one page shows it."""

    name: str
    url: str
    step: str
    current: str
    """What `aria-current` says: `page` on the screen itself, `true` on a page that is part of
    it.
    """
    open: int = 0
    key: str = ""


@dataclass(frozen=True)
class Group:
    """Screens under one guide path. Single screens stand together without one: each page says its
    own path.
    """

    path: str
    entries: tuple[Entry, ...]


def screens() -> Iterable[Screen]:
    """All there are, part by part; within a part in the order of the app's plug."""
    parts = [part for plug in plugs() for part in plug.screens.items()]
    for _, several in sorted(parts, key=lambda part: part[0]):
        yield from several


def guidance(url_name: str) -> Sentences | None:
    """The three sentences of a page: its own, or those of the screen that it is part of."""
    of_screens = (screen.url_name for screen in screens() if url_name in screen.also)
    of_pages = {name: words for plug in plugs() for name, words in plug.guidance.items()}
    return next((of_pages[name] for name in (url_name, *of_screens) if name in of_pages), None)


def open_screens(standing: Standing) -> list[Screen]:
    """The screens the person may open here, in the guide's order."""
    return [
        screen
        for screen in screens()
        if (standing.scope or not screen.scoped)
        and (screen.capability is None or standing.can(screen.capability))
    ]


def navigation(standing: Standing, url_name: str) -> tuple[Group, ...]:
    """The open screens, those of one path together, where the first of them stands. They are put
    together once for each page, and the numbers that wait on them asked each time.
    """
    listed = [screen for screen in open_screens(standing) if screen.listed]
    waiting = tuple(screen.open(standing) for screen in listed if screen.open)
    return _groups(tuple(screen.url_name for screen in listed), waiting, standing.scope, url_name)


@lru_cache(maxsize=MOST_PAGES)
def _groups(
    names: tuple[str, ...], waiting: tuple[int, ...], scope: Scope | None, url_name: str
) -> tuple[Group, ...]:
    """`waiting` has the numbers of those screens on which something can wait, in their order."""
    numbers = iter(waiting)
    of_path: dict[tuple[str, ...], list[Entry]] = {}
    for screen in (screen for screen in screens() if screen.listed and screen.url_name in names):
        number = next(numbers) if screen.open else 0
        of_path.setdefault(screen.path, []).append(_entry(screen, scope, url_name, number))
    groups: list[Group] = []
    for path, entries in of_path.items():
        if len(entries) > 1:
            groups.append(Group(" › ".join(path), tuple(entries)))
        elif groups and not groups[-1].path:
            groups[-1] = Group("", (*groups[-1].entries, *entries))
        else:
            groups.append(Group("", tuple(entries)))
    return tuple(groups)


def find_screens(standing: Standing, term: str) -> list[Screen]:
    """Open screens that people call by `term`."""
    return called(term, open_screens(standing))


def find_in_districts(standing: Standing, term: str) -> list[Screen]:
    """Where no district is open: the screens called by `term` that the person may open in one."""
    if standing.scope:
        return []
    # A role of the whole state is the same in all of them.
    numbers = [number for number, _ in standing.districts][: 1 if standing.statewide else None]
    return called(
        term,
        [
            screen
            for screen in screens()
            if screen.scoped
            and any(
                screen.capability is None or standing.can_in(number, screen.capability)
                for number in numbers
            )
        ],
    )


def called(term: str, among: Iterable[Screen]) -> list[Screen]:
    """Screens with a word of their name, path or synonyms that begins with each word of `term`;
    first those whose name begins with it, then those whose name has all of it.

    A path may be typed as the guide prints it, Reporting>Data Certification>Type Membership Setup,
    or copied from a page; sign-in, sign in and signin are one. Where nothing begins so, small words
    and endings of the plural are passed over, and a word may stand within another.
    """
    typed = term.lower().strip(" >›")
    words = re.split(r"[\s>›]+", typed.replace("-", ""))
    searched = [(screen, screen.searched) for screen in among]
    matches = [screen for screen, text in searched if all(f" {word}" in text for word in words)]
    if not matches:
        stems = [
            re.sub(r"(?<=..)(ies|y|s)$", "", word)
            for word in re.split(r"[\s>›-]+", typed)
            if not SMALL_WORD.fullmatch(word)
        ]
        matches = [
            screen for screen, text in searched if stems and all(stem in text for stem in stems)
        ]
    return sorted(
        matches,
        key=lambda screen: (
            not screen.name.lower().startswith(typed),
            not all(word in screen.name.lower() for word in words),
        ),
    )


def entry(screen: Screen, standing: Standing, url_name: str) -> Entry:
    number = screen.open(standing) if screen.open else 0
    return _entry(screen, standing.scope, url_name, number)


def _entry(screen: Screen, scope: Scope | None, url_name: str, number: int) -> Entry:
    arguments = [scope.district, scope.end_year] if screen.scoped and scope else []
    current = "page" if url_name == screen.url_name else "true" if url_name in screen.also else ""
    return Entry(
        screen.name,
        _address(screen.url_name, *arguments),
        screen.step,
        current,
        number,
        screen.key,
    )


def same_screen(standing: Standing, url_name: str, district: str, end_year: int) -> str:
    """Where a switch of district or year leads: to the screen that is open, if the person may open
    it there, else home.
    """
    for screen in screens():
        is_screen = screen.scoped and url_name in (screen.url_name, *screen.also)
        if is_screen and (
            screen.capability is None or standing.can_in(district, screen.capability)
        ):
            return _address(screen.url_name, district, end_year)
    return first_page(standing, district, end_year)


def first_page(standing: Standing, district: str, end_year: int) -> str:
    """The first screen of the district that the person may open there: home for most."""
    name = next(
        (
            screen.url_name
            for screen in screens()
            if screen.scoped
            and screen.listed
            and screen.capability is not None
            and standing.can_in(district, screen.capability)
        ),
        "district-home",
    )
    return _address(name, district, end_year)


@lru_cache(maxsize=MOST_ADDRESSES)
def _address(url_name: str, *arguments: str | int) -> str:
    """Each page names twenty screens, and Django looks through every pattern for each."""
    return reverse(url_name, args=arguments)


def home_tasks(scope: Scope, standing: Standing) -> list[HomeTask]:
    return [
        task
        for tasks in by_step(plug.home_tasks for plug in plugs())
        for task in tasks(scope, standing)
    ]


def home_figures(scope: Scope, standing: Standing) -> list[HomeFigure]:
    """Those of the last step first: by when, and who still has to sign."""
    figures = reversed(by_step(plug.home_figures for plug in plugs()))
    return [figure for of_step in figures for figure in of_step(scope, standing)]


def context_facts(scope: Scope, standing: Standing) -> list[ContextFact]:
    facts = [of_step(scope, standing) for of_step in by_step(plug.facts for plug in plugs())]
    return [fact for fact in facts if fact is not None]


def statewide_facts(end_year: int, standing: Standing) -> list[ContextFact]:
    facts = [
        of_step(end_year, standing) for of_step in by_step(plug.statewide_facts for plug in plugs())
    ]
    return [fact for fact in facts if fact is not None]
