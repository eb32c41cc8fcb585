"""What every page's frame shows, as the template variable `portal`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.safestring import SafeString

from cte_portal.editions import Edition, Scope, school_year_label
from cte_portal.frame import ContextFact, Sentences, Standing
from cte_portal.plugs import News, only, plugs
from cte_portal.ui.navigation import (
    Group,
    context_facts,
    guidance,
    navigation,
    same_screen,
    statewide_facts,
)

MOST_DISTRICTS_IN_MENU = 12
MOST_STRIPS = 1024
"""Lines above pages that are kept as they were drawn."""
QUESTION_MARK_OFF = "question_mark_off"
"""Where the session keeps that a person wants no key to act alone."""


@dataclass(frozen=True)
class Help:
    """Whom to ask, from settings."""

    name: str
    hours: str
    phone: str
    email: str

    @classmethod
    def from_settings(cls) -> Help:
        return cls(
            settings.HELP_NAME, settings.HELP_HOURS, settings.HELP_PHONE, settings.HELP_EMAIL
        )


@dataclass(frozen=True)
class Strip:
    """The line above a page: where it is, whose it is, and what the apps say there."""

    scope: Scope | None
    district_name: str
    districts: tuple[tuple[str, str, str], ...]
    several_districts: bool
    has_districts: bool
    school_years: tuple[tuple[str, str], ...]
    active_year: str
    edition: Edition
    roles: tuple[str, ...]
    role: str
    statewide: bool
    facts: tuple[ContextFact, ...]
    person: str

    def drawn(self) -> SafeString:
        return render_to_string("ui/context.html", {"strip": self})


class Frame:
    """Asked lazily: a page without navigation costs no query."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @cached_property
    def signed_in(self) -> bool:
        user = getattr(self.request, "user", None)
        return bool(user and user.is_authenticated)

    @cached_property
    def standing(self) -> Standing:
        if not self.signed_in:
            return Standing()
        return only(plug.standing for plug in plugs())(self.request)

    @property
    def version(self) -> str:
        return str(settings.PORTAL_VERSION)

    @property
    def sign_on(self) -> str:
        """What people call the identity provider; empty where there is none."""
        return str(settings.OIDC_LABEL) if settings.OIDC_ISSUER else ""

    @property
    def person(self) -> str:
        return str(getattr(self.request.user, "record_name", ""))

    @property
    def scope(self) -> Scope | None:
        return self.standing.scope

    @property
    def edition(self) -> Edition:
        """Which edition the page shows: the District edition, unless its view says otherwise.
        Everything around it stays the district's.
        """
        edition: Edition = getattr(self.request, "edition", Edition.DISTRICT)
        return edition

    @property
    def district_name(self) -> str:
        return self.standing.district_name

    @cached_property
    def districts(self) -> list[tuple[str, str, str]]:
        """(number, name, address) of the other districts of the person, when there are few enough
        for a menu.
        """
        if self.scope is None:
            return []
        year = self.scope.end_year
        districts = [
            district for district in self.standing.districts if district[0] != self.scope.district
        ]
        return (
            [(number, name, self._switched(number, year)) for number, name in districts]
            if len(districts) <= MOST_DISTRICTS_IN_MENU
            else []
        )

    def _switched(self, district: str, end_year: int) -> str:
        return same_screen(self.standing, self.page, district, end_year)

    @property
    def several_districts(self) -> bool:
        return len(self.standing.districts) > 1

    @cached_property
    def school_years(self) -> list[tuple[str, str]]:
        """(as people write it, address) of the other school years."""
        if self.scope is None:
            return []
        scope, years = (
            self.scope,
            [year for year, _ in self.standing.school_years if year != self.scope.end_year],
        )
        return [(school_year_label(year), self._switched(scope.district, year)) for year in years]

    @property
    def active_year(self) -> str:
        """The school year that districts work in, as people write it; empty before OPI has named
        one.
        """
        return next(
            (school_year_label(year) for year, active in self.standing.school_years if active), ""
        )

    @property
    def role(self) -> str:
        return ", ".join(self.standing.roles)

    @property
    def page(self) -> str:
        """The URL name of the page; empty where there is none, as on *not found*."""
        match = self.request.resolver_match
        return match.view_name if match else ""

    @cached_property
    def guidance(self) -> Sentences | None:
        """Three sentences on this page. The Help page, which is where they stand without script,
        shows those of the page that it was opened from.
        """
        return guidance(self.request.GET.get("page", "") if self.page == "help" else self.page)

    @property
    def question_mark(self) -> bool:
        """Whether the ? key opens the help on a page."""
        return not self.request.session.get(QUESTION_MARK_OFF, False)

    @cached_property
    def navigation(self) -> tuple[Group, ...]:
        return navigation(self.standing, self.page)

    @cached_property
    def running(self) -> int | None:
        """How many jobs of the district wait or run; None for who does not see them."""
        if self.scope is None:
            return None
        return only(plug.running for plug in plugs())(self.scope, self.standing)

    @cached_property
    def notices(self) -> Sequence[News]:
        """What happened while the person looked elsewhere; what a page shows is seen with it. A
        page that only refreshes a part shows none.
        """
        part = self.request.headers.get("HX-Request") and not self.request.headers.get("X-News")
        if not self.signed_in or part:
            return []
        return only(plug.notices for plug in plugs())(self.request)

    @cached_property
    def facts(self) -> list[ContextFact]:
        """What the apps say above every page."""
        if self.scope is not None:
            return context_facts(self.scope, self.standing)
        active = next((year for year, is_active in self.standing.school_years if is_active), None)
        return statewide_facts(active, self.standing) if self.standing.statewide and active else []

    @property
    def strip(self) -> SafeString:
        """The line above the page, which is the same on a person's next one mostly."""
        strip = Strip(
            self.scope,
            self.district_name,
            tuple(self.districts),
            self.several_districts,
            bool(self.standing.districts),
            tuple(self.school_years),
            self.active_year,
            self.edition,
            self.standing.roles,
            self.role,
            self.standing.statewide,
            tuple(self.facts),
            self.person,
        )
        return strip.drawn() if settings.RELOAD else _drawn(strip)

    @property
    def announcement(self) -> str:
        """What OPI says above every page."""
        return only(plug.announcement for plug in plugs())()

    @property
    def help(self) -> Help:
        return Help.from_settings()

    @property
    def keeps_typed(self) -> bool:
        """Whether what is typed on this page comes back after a sign-in that ended
        (accounts.scoped.PortalView).
        """
        match = self.request.resolver_match
        return (
            getattr(getattr(match.func, "view_class", None), "keeps", None) is not None
            if match
            else False
        )

    @property
    def warning_seconds(self) -> int:
        return int(settings.SESSION_WARNING_SECONDS)

    @property
    def idle_seconds(self) -> int:
        return int(settings.SESSION_IDLE_SECONDS)

    @property
    def warning_minutes(self) -> int:
        """How long is left when the warning comes."""
        return max(1, (self.idle_seconds - self.warning_seconds) // 60)

    @property
    def idle_minutes(self) -> int:
        return max(1, self.idle_seconds // 60)

    @property
    def now(self) -> Any:
        return timezone.now()


@lru_cache(maxsize=MOST_STRIPS)
def _drawn(strip: Strip) -> SafeString:
    return strip.drawn()


def portal(request: HttpRequest) -> dict[str, Frame]:
    return {"portal": Frame(request)}
