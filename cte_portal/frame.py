"""What an app can put into the frame of a page: screens, steps, figures and facts. The frame itself
is `cte_portal/ui`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, IntEnum
from typing import Any

from cte_portal.editions import Scope

Sentences = tuple[str, str, str]
"""What a page is for, what to do on it, and what follows."""


class Part(IntEnum):
    """The parts of the navigation, in the order in which every page shows them."""

    HOME = 1
    ALL_DISTRICTS = 2
    """OPI's overview."""
    RECORDS = 3
    """What a district enters, sends and checks."""
    SIGNATURES = 4
    """What it puts its name to."""
    GUIDE = 5
    """What explains words and rules."""
    PORTAL = 6
    """People, sign-in, and what else it takes to run the portal."""
    VIEWS = 7
    """Who looked at what."""
    HEALTH = 8
    """Whether the portal works."""
    ARCHIVES = 9
    """What is taken out of it whole."""


@dataclass(frozen=True)
class Standing:
    """Where the signed-in person works: the open district and year, if any, the roles there, and
    what else could be opened.
    """

    scope: Scope | None = None
    roles: tuple[str, ...] = ()
    districts: tuple[tuple[str, str], ...] = ()
    school_years: tuple[tuple[int, bool], ...] = ()
    can: Callable[[Enum], bool] = lambda capability: False
    person: Any = None
    """The signed-in user."""
    can_in: Callable[[str, Enum], bool] = lambda district, capability: False
    """The same of another district."""
    statewide: bool = False
    """Whether a role holds in every district."""
    known: dict[Any, Any] = field(default_factory=dict, compare=False)
    """What has been computed for this page and is asked for again by another part of it."""

    @property
    def district_name(self) -> str:
        return next(
            (
                name
                for number, name in self.districts
                if self.scope and number == self.scope.district
            ),
            "",
        )


@dataclass(frozen=True)
class Screen:
    """An entry of the navigation: the guide's name and path, the step it belongs to, the capability
    it needs.
    """

    name: str
    path: tuple[str, ...]
    url_name: str
    step: str = ""
    capability: Enum | None = None
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
        """Everything a person may call it, Infinite Campus' *Old Look* paths among the synonyms, a
        space before each word; words with a hyphen also as one word and as two.
        """
        words = " ".join(("", self.name, *self.path, self.step, *self.synonyms)).lower()
        return f"{words.replace('-', '')}{words.replace('-', ' ')}"


@dataclass(frozen=True)
class HomeLead:
    """What the home page begins with: something that waits for this very person, or that the whole
    district must know.
    """

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
    """A district in the list of those to choose from: status of its collection, by when, and what
    is not yet sent.
    """

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
    """What the bar above every page of a district says: `label` **`value`** `detail`, and a link
    where there is something to do.
    """

    label: str
    value: str
    detail: str = ""
    about: str = ""
    """What the fact belongs to, in full, for screen readers and as the link's words."""
    url: str = ""
    link_text: str = ""
    """Without it the value itself is the link."""
    attention: bool = False
