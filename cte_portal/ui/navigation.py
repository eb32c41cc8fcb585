"""The screens of the portal under the guide's paths, and the tasks and figures of the home page.

Higher layers register them by dotted path: `PORTAL_NAVIGATION` names tuples of `Screen`, `PORTAL_HOME_TASKS` functions
`(scope, standing) -> list[HomeTask]`, `PORTAL_HOME_FIGURES` functions `(scope, standing) -> list[HomeFigure]`, `PORTAL_CONTEXT` functions
`(scope, standing) -> ContextFact | None`, each of at most one query, for the bar above every page of a district, `PORTAL_CONTEXT_STATEWIDE`
functions `(end year, standing) -> ContextFact | None` for OPI's pages.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse

from cte_portal.editions import Scope
from cte_portal.registry import registered


@dataclass(frozen=True)
class Standing:
    """Where the signed-in person works: the open district and year, if any, the roles there, and what else could be opened."""

    scope: Scope | None = None
    roles: tuple[str, ...] = ()
    districts: tuple[tuple[str, str], ...] = ()
    school_years: tuple[tuple[int, bool], ...] = ()
    can: Callable[[Any], bool] = lambda capability: False
    person: Any = None
    """The signed-in user."""
    can_in: Callable[[str, Any], bool] = lambda district, capability: False
    """The same of another district."""
    statewide: bool = False
    """Whether a role holds in every district."""
    known: dict[Any, Any] = field(default_factory=dict, compare=False)
    """What has been computed for this page and is asked for again by another part of it."""

    @property
    def district_name(self) -> str:
        return next((name for number, name in self.districts if self.scope and number == self.scope.district), "")


@dataclass(frozen=True)
class Screen:
    """An entry of the navigation: the guide's name and path, the step it belongs to, the capability it needs."""

    name: str
    path: tuple[str, ...]
    url_name: str
    step: str = ""
    capability: Any = None
    synonyms: tuple[str, ...] = ()
    scoped: bool = True
    """Whether the screen belongs to a district and year."""
    also: tuple[str, ...] = ()
    """URL names of pages that are part of this screen."""
    listed: bool = True
    """Whether it is an entry of the navigation; every screen is found by the search."""
    open: Callable[[Standing], int] | None = None
    """How many things wait on the screen; asked on every page."""
    key: str = ""
    """The keys that open it from any page, like Alt+s; they stand in the list of keys."""

    @property
    def searched(self) -> str:
        """Everything a person may call it, Infinite Campus' *Old Look* paths among the synonyms."""
        return " ".join((self.name, *self.path, self.step, *self.synonyms)).lower()


@dataclass(frozen=True)
class Entry:
    """A screen as one page shows it."""

    name: str
    url: str
    step: str
    current: str
    """What `aria-current` says: `page` on the screen itself, `true` on a page that is part of it."""
    open: int = 0
    key: str = ""


@dataclass(frozen=True)
class Group:
    """Screens under one guide path. Single screens stand together without one: each page says its own path."""

    path: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class HomeLead:
    """What the home page begins with: something that waits for this very person, or that the whole district must know."""

    strong: str
    text: str
    url: str
    link_text: str
    kind: str = "attention"
    """One of the banner component's."""


@dataclass(frozen=True)
class HomeTask:
    """A step of the guide on the home page; `status` is (kind, word) of the status component."""

    step: str
    title: str
    path: tuple[str, ...]
    status: tuple[str, str]
    sentence: str
    url: str
    next_label: str = ""
    next_url: str = ""
    """Where the next action is, when not on the task's own page."""
    leads: tuple[HomeLead, ...] = ()


@dataclass(frozen=True)
class DistrictNow:
    """A district in the list of those to choose from: status of its collection, by when, and what is not yet sent."""

    kind: str
    word: str
    due: str
    unsent: str


@dataclass(frozen=True)
class HomeFigure:
    """A key figure of the home page; one that waits for somebody is shown with attention."""

    label: str
    value: str
    sentence: str
    attention: bool = False


@dataclass(frozen=True)
class ContextFact:
    """What the bar above every page of a district says: `label` **`value`** `detail`, and a link where there is something to do."""

    label: str
    value: str
    detail: str = ""
    about: str = ""
    """What the fact belongs to, in full, for screen readers and as the link's words."""
    url: str = ""
    link_text: str = ""
    """Without it the value itself is the link."""
    attention: bool = False


def screens() -> Iterable[Screen]:
    for several in registered("PORTAL_NAVIGATION"):
        yield from several


def open_screens(standing: Standing) -> list[Screen]:
    """The screens the person may open here, in the guide's order."""
    return [
        screen
        for screen in screens()
        if (standing.scope or not screen.scoped) and (screen.capability is None or standing.can(screen.capability))
    ]


def navigation(standing: Standing, url_name: str) -> list[Group]:
    """The open screens, those of one path together, where the first of them stands."""
    groups: dict[tuple[str, ...], list[Entry]] = {}
    for screen in filter(lambda screen: screen.listed, open_screens(standing)):
        groups.setdefault(screen.path, []).append(entry(screen, standing, url_name))
    found: list[Group] = []
    for path, entries in groups.items():
        if len(entries) > 1:
            found.append(Group(" › ".join(path), tuple(entries)))
        elif found and not found[-1].path:
            found[-1] = Group("", (*found[-1].entries, *entries))
        else:
            found.append(Group("", tuple(entries)))
    return found


def find_screens(standing: Standing, term: str) -> list[Screen]:
    """Open screens whose name, path or synonyms hold each word of `term`; those whose name begins with it come first.

    A path may be typed as the guide prints it, Reporting>Data Certification>Type Membership Setup, or copied from a page.
    """
    words = re.split(r"[\s>›]+", term.lower().strip(" >›"))
    found = [screen for screen in open_screens(standing) if all(word in screen.searched for word in words)]
    return sorted(found, key=lambda screen: not screen.name.lower().startswith(term.lower().strip()))


def entry(screen: Screen, standing: Standing, url_name: str) -> Entry:
    scope = standing.scope
    arguments = [scope.district, scope.end_year] if screen.scoped and scope else []
    current = "page" if url_name == screen.url_name else "true" if url_name in screen.also else ""
    waiting = screen.open(standing) if screen.open else 0
    return Entry(screen.name, reverse(screen.url_name, args=arguments), screen.step, current, waiting, screen.key)


def same_screen(standing: Standing, url_name: str, district: str, end_year: int) -> str:
    """Where a switch of district or year leads: to the screen that is open, if the person may open it there, else home."""
    for screen in screens():
        is_open_to = screen.capability is None or standing.can_in(district, screen.capability)
        if screen.scoped and url_name in (screen.url_name, *screen.also) and is_open_to:
            return reverse(screen.url_name, args=[district, end_year])
    return reverse("district-home", args=[district, end_year])


def home_tasks(scope: Scope, standing: Standing) -> list[HomeTask]:
    return [task for provider in registered("PORTAL_HOME_TASKS") for task in provider(scope, standing)]


def home_figures(scope: Scope, standing: Standing) -> list[HomeFigure]:
    return [figure for provider in registered("PORTAL_HOME_FIGURES") for figure in provider(scope, standing)]


def context_facts(scope: Scope, standing: Standing) -> list[ContextFact]:
    found = [provider(scope, standing) for provider in registered("PORTAL_CONTEXT")]
    return [fact for fact in found if fact is not None]


def statewide_facts(end_year: int, standing: Standing) -> list[ContextFact]:
    found = [provider(end_year, standing) for provider in registered("PORTAL_CONTEXT_STATEWIDE")]
    return [fact for fact in found if fact is not None]
