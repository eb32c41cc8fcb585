"""What an app gives the rest of the portal: one `Plug` an app, named in settings.PORTAL_PLUGS.

Imports point one way: certification → pathways → batches → accounts → ui. What a lower layer shows
of a higher one it therefore asks of the plugs, which are loaded when they are first asked for.
`cte_portal/checks.py` looks at all of them when the portal starts, by the types that stand here.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Protocol, TypeVar

from django.conf import settings
from django.http import HttpRequest
from django.utils.module_loading import import_string

from cte_portal.editions import Scope
from cte_portal.frame import (
    ContextFact,
    DistrictNow,
    HomeFigure,
    HomeTask,
    Part,
    Screen,
    Sentences,
    Standing,
)
from cte_portal.watch.reading import Measure, Reading

if TYPE_CHECKING:
    from django.contrib.auth.models import (
        _User as Person,
    )  # whichever model settings.AUTH_USER_MODEL names
else:
    Person = object

Given = TypeVar("Given")


class Directory(Protocol):
    """Districts, schools and school years as text and numbers; each question is one query."""

    def districts(self, numbers: Collection[str] | None) -> list[tuple[str, str]]:
        """(number, name) in order of number; None asks for every district."""

    def schools(self, district: str) -> list[tuple[int, str, str]]:
        """(key, number, name) of a district's schools, in order of number. A key stays the same
        when the number changes, and is never another school's.
        """

    def school_years(self) -> list[tuple[int, bool]]:
        """(end year, whether it is the active one), newest first."""


class News(Protocol):
    """A notice as a page shows it; `kind` is one of the notice component's."""

    @property
    def kind(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def path(self) -> str: ...


class StatusWords(Protocol):
    """What became of an e-mail, as the status component shows it."""

    @property
    def kind(self) -> str: ...
    @property
    def word(self) -> str: ...
    @property
    def sentence(self) -> str: ...


class Email(Protocol):
    """An e-mail, without what it says."""

    @property
    def noun(self) -> str: ...
    @property
    def to(self) -> str: ...
    @property
    def written_at(self) -> datetime.datetime: ...
    @property
    def fate(self) -> StatusWords: ...


class Post(Protocol):
    """Sends an e-mail about an account together with the change it tells of, or not at all; the
    same key is sent once.
    """

    def __call__(
        self,
        template: str,
        subject: str,
        *,
        to: Person,
        key: str,
        context: Mapping[str, str],
        address: str = "",
        path: str = "",
    ) -> None: ...


@dataclass(frozen=True)
class Season:
    """The days of a collection, both included; `key` names it in an address."""

    key: str
    name: str
    first: datetime.date
    last: datetime.date


@dataclass(frozen=True)
class Kept:
    """What is kept for a time only (docs/retention.md): `name` in the words of OPI's page; `remove`
    takes out what is older than `period` and returns how many.
    """

    name: str
    period: str
    remove: Callable[[], int]


@dataclass(frozen=True)
class BatchKind:
    """A kind of work of the Batch Queue; `cte_portal/batches/kinds.py` says what a kind is."""

    name: str


@dataclass(frozen=True, kw_only=True)
class Plug:
    """Where something has a step of the guide, the step is its key, and pages follow it: the order
    of the plugs decides nothing.

    What may be None is given by exactly one app.
    """

    screens: Mapping[Part, tuple[Screen, ...]] = field(default_factory=dict)
    """Entries of the navigation."""
    guidance: Mapping[str, Sentences] = field(default_factory=dict)
    """Help on a page, by its URL name; a page without its own shows that of its screen."""
    home_tasks: Mapping[int, Callable[[Scope, Standing], list[HomeTask]]] = field(
        default_factory=dict
    )
    """Steps of a district's home page, under the first of them."""
    home_figures: Mapping[int, Callable[[Scope, Standing], list[HomeFigure]]] = field(
        default_factory=dict
    )
    """Key figures of a district's home page."""
    home_actions: tuple[str, ...] = ()
    """Templates that a district's home page begins with, for who enters records."""
    student_links: tuple[str, ...] = ()
    """Templates of links on a student's page."""
    facts: Mapping[int, Callable[[Scope, Standing], ContextFact | None]] = field(
        default_factory=dict
    )
    """What the bar above every page of a district says, each for at most one query."""
    statewide_facts: Mapping[int, Callable[[int, Standing], ContextFact | None]] = field(
        default_factory=dict
    )
    """The same of OPI's pages, by the active end year."""
    set_up_steps: tuple[Callable[[int | None], HomeTask], ...] = ()
    """Steps of OPI's desk, by the active end year, if there is one; the desk numbers them."""
    offices: tuple[Callable[[str, Person], str], ...] = ()
    """What a person is in a district beside a user group; empty for who is nothing else."""
    batch_kinds: tuple[BatchKind, ...] = ()
    """Kinds of work of the Batch Queue."""
    retention: tuple[Kept, ...] = ()
    """What the daily clean-up removes when its time is over."""
    watched: tuple[Callable[[], Iterable[Reading]], ...] = ()
    """What the portal's health says of the app, each from a few rows; the function's name is said
    where it fails.
    """
    measured: tuple[Callable[[], Iterable[Measure]], ...] = ()
    """What the metrics say beside that; it may cost more, as it is asked less often."""
    daily: tuple[Callable[[], None], ...] = ()
    """What is looked after once a day. Asked every hour: each does once what is due, however often
    it is asked.
    """
    demo: tuple[Callable[[], None], ...] = ()
    """What fills the practice portal once districts, students and people are there."""
    first_steps: Callable[[Scope, Standing], list[HomeTask]] | None = None
    """What a district's home page begins with while the guide's steps cannot begin; else empty."""
    directory: Directory | None = None
    """Which districts and school years there are."""
    standing: Callable[[HttpRequest], Standing] | None = None
    """Where the signed-in person works."""
    running: Callable[[Scope, Standing], int | None] | None = None
    """How many jobs of the district wait or run; None for who does not see them."""
    notices: Callable[[HttpRequest], Sequence[News]] | None = None
    """What the page that is made now shows, and is seen with it."""
    announcement: Callable[[], str] | None = None
    """What OPI says above every page; empty where it says nothing."""
    post: Post | None = None
    """Sends e-mails about accounts."""
    seasons: Callable[[], Sequence[Season]] | None = None
    """The collections by whose days lists are narrowed, newest first."""
    posted: Callable[[], Sequence[Email]] | None = None
    """The newest e-mails, those first that have not left."""
    fate_of_invitation: Callable[[Person], StatusWords | None] | None = None
    """What became of the e-mail with the link that a person has now; None where the link was made
    otherwise.
    """
    post_password: Callable[[Person, str], None] | None = None
    """Sends a link for a new password to a person; it begins with the address that is given."""
    districts_now: Callable[[Sequence[str], int], Mapping[str, DistrictNow]] | None = None
    """How districts stand in an end year, by district number, for who chooses one of them."""
    certifies_in: Callable[[Person], list[str]] | None = None
    """The districts in which a person signs: such an account opens by a link to its confirmed
    address.
    """
    statewide_home: str | None = None
    """URL name of the first page of who works for all districts."""


def plugs() -> tuple[Plug, ...]:
    return _load(tuple(settings.PORTAL_PLUGS))


@cache
def _load(paths: tuple[str, ...]) -> tuple[Plug, ...]:
    return tuple(import_string(path) for path in paths)


def only(gifts: Iterable[Given | None]) -> Given:
    """What exactly one app gives."""
    (answer,) = (gift for gift in gifts if gift is not None)
    return answer


def by_step(gifts: Iterable[Mapping[int, Given]]) -> list[Given]:
    """What several apps give, in the order of the guide's steps."""
    steps = [step for of_app in gifts for step in of_app.items()]
    return [gift for _, gift in sorted(steps, key=lambda step: step[0])]


def directory() -> Directory:
    return only(plug.directory for plug in plugs())
