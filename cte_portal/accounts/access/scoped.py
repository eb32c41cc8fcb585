"""Pages of a district: who may see them, and whose records they show."""

from __future__ import annotations

import logging
from functools import lru_cache
from typing import Any, ClassVar
from urllib.parse import urlsplit

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase, QueryDict
from django.urls import Resolver404, resolve
from django.utils.functional import cached_property
from django.views.generic import View

from cte_portal.accounts.access.capabilities import Capability, capabilities_of
from cte_portal.accounts.access.reach import (
    active_end_year,
    can_statewide,
    known_of,
    person_of,
    reachable_districts,
    roles_in,
    school_years,
)
from cte_portal.accounts.access.view_log import VIEW_LOG
from cte_portal.accounts.models import KeptForm, Role, User
from cte_portal.editions import Scope
from cte_portal.pages.action import Action
from cte_portal.ui.navigation import MOST_ADDRESSES

security = logging.getLogger("cte_portal.security")
access = logging.getLogger("cte_portal.access")

LAST_SCOPE = "last_scope"


def page_of(request: HttpRequest) -> str:
    return request.resolver_match.view_name if request.resolver_match else ""


def kept_of(request: HttpRequest) -> str | None:
    """`keeps` of the page that is asked for; None where nothing is kept, as on pages that are not
    the portal's own.
    """
    view = (
        getattr(request.resolver_match.func, "view_class", None) if request.resolver_match else None
    )
    return getattr(view, "keeps", None)


def refused(request: HttpRequest, why: str, ids: str = "") -> None:
    """One line for whoever watches over the portal, without student data."""
    security.warning(
        "refused page=%s user=%s why=%s method=%s %s",
        page_of(request),
        request.user.pk,
        why,
        request.method,
        ids,
    )


class PortalView(View):
    """A page of a district or of OPI. What a person typed and sent after the session had ended
    comes back on pages that say so (G-23).

    A page answers the methods for which it has a function; any other one is refused with 405.
    """

    http_method_names = ["get", "post", "head", "options"]
    keeps: ClassVar[str | None] = None
    """How the names of the fields begin that the page shows again, "" for all of them. Only these
    are kept, and only then is it promised.
    """

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = super().dispatch(request, *args, **kwargs)
        if self.keeps is not None and request.method == "POST" and response.status_code == 302:
            self.drop_kept_form()
        return response

    @property
    def person(self) -> User:
        """Who is signed in, and does what the page does."""
        return person_of(self.request)

    @property
    def known(self) -> dict[Any, Any]:
        return known_of(self.request)

    def kept_form(self, *doing: str) -> QueryDict | None:
        """What the person typed on this page before being signed out, if anything waits: of these
        buttons alone, where some are named.
        """
        fields = self._waiting
        if fields is None or (doing and fields.get("do") not in doing):
            return None
        self.request.typed_is_back = True  # type: ignore[attr-defined]
        return fields

    @cached_property
    def _waiting(self) -> QueryDict | None:
        form = (
            KeptForm.objects.waiting(self._user_id, self.request.path)
            if self.request.session.get("forms_kept")
            else None
        )
        if form is None:
            return None
        fields = QueryDict(mutable=True)
        for name, values in form.fields.items():
            fields.setlist(name, values)
        return fields

    def drop_kept_form(self) -> None:
        """The person has sent the page's form again, and it was carried out: what was kept for it
        has served.
        """
        if self.request.session.get("forms_kept"):
            KeptForm.objects.filter(user_id=self._user_id, path=self.request.path).delete()
            if not KeptForm.objects.filter(user_id=self._user_id).exists():
                del self.request.session["forms_kept"]

    @property
    def _user_id(self) -> int:
        return int(self.request.user.pk or 0)


class StatewideView(PortalView):
    """A page of OPI, about all districts. Who lacks the capability gets 403: that OPI has such a
    page is no secret.
    """

    capability: ClassVar[Capability]
    write_capability: ClassVar[Capability | None] = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        request.statewide = True  # type: ignore[attr-defined]
        capability = (
            self.capability
            if request.method in ("GET", "HEAD", "OPTIONS")
            else self.write_capability or self.capability
        )
        if not self.can(capability):
            refused(request, "capability")
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def can(self, capability: Capability) -> bool:
        return can_statewide(self.request, capability)


class ScopedView(PortalView):
    """A page under `/districts/<district>/<end_year>/`.

    Another district answers 404, as an unknown one does; a district of the person's own without the
    capability answers 403. `capability` is what GET asks, `write_capability`, where given, what
    every other method asks.
    """

    capability: ClassVar[Capability]
    write_capability: ClassVar[Capability | None] = None

    scope: Scope
    roles: list[Role]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.scope = self._scope(request, kwargs["district"], kwargs["end_year"])
        request.scope, request.roles = self.scope, self.roles  # type: ignore[attr-defined]
        capability = (
            self.capability
            if request.method in ("GET", "HEAD", "OPTIONS")
            else self.write_capability or self.capability
        )
        if not self.can(capability):
            self._deny(request, "capability")
            raise PermissionDenied
        if request.session.get(LAST_SCOPE) != [self.scope.district, self.scope.end_year]:
            request.session[LAST_SCOPE] = [self.scope.district, self.scope.end_year]
        if self.roles[0].is_opi:
            access.info(
                "viewed page=%s user=%s district=%s %s",
                page_of(request),
                request.user.pk,
                self.scope.district,
                self._ids(),
            )
        response = super().dispatch(request, *args, **kwargs)
        if response.status_code == 200:
            VIEW_LOG.note(
                self.person,
                self.scope,
                page_of(request),
                self.student_shown,
                is_file=response.headers.get("Content-Disposition", "").startswith("attachment"),
            )
        return response

    def can(self, capability: Capability) -> bool:
        return capability in capabilities_of(self.roles)

    def opens(self, address: str) -> bool:
        """Whether a page of the district would let the person in: a link to one that answers 403 is
        not offered.
        """
        view = _page_at(urlsplit(address).path)
        return view is None or self.can(view.capability)

    @property
    def student_shown(self) -> int:
        """The student whom the page is about, for the list of views; 0 where it is about nobody
        alone.
        """
        return int(self.kwargs.get("student", 0))

    @property
    def in_active_year(self) -> bool:
        """Records are written in the active year alone; other years are for view."""
        return self.scope.end_year == active_end_year(self.request)

    @property
    def can_edit(self) -> bool:
        return self.in_active_year and self.can(Capability.EDIT_RECORDS)

    def _scope(self, request: HttpRequest, district: str, end_year: int) -> Scope:
        self.roles = roles_in(request, district)
        reachable = district in {number for number, _ in reachable_districts(request)}
        if (
            not self.roles
            or not reachable
            or end_year not in {year for year, _ in school_years(request)}
        ):
            self._deny(request, "district")
            raise Http404("This page does not exist.")
        return Scope(district, end_year)

    def _deny(self, request: HttpRequest, why: str) -> None:
        refused(request, why, self._ids())

    def _ids(self) -> str:
        return " ".join(
            f"{name}={value}"
            for name, value in sorted(self.kwargs.items())
            if name != "district" and isinstance(value, int)
        )


class PortalAction(PortalView, Action):
    """A page whose form is carried out by `act`, and which shows again what was typed before the
    person was signed out.
    """

    def typed_before(self) -> QueryDict | None:
        return self.kept_form() if self.keeps is not None else None


class ActionView(ScopedView, PortalAction):
    """A page of a district whose form is carried out by `act`."""


class StatewideActionView(StatewideView, PortalAction):
    """A page of OPI whose form is carried out by `act`."""


@lru_cache(maxsize=MOST_ADDRESSES)
def _page_at(path: str) -> type[ScopedView] | None:
    """The page of a district that stands there. A page with twenty links asks it for each, and
    Django looks through every pattern.
    """
    try:
        view = getattr(resolve(path).func, "view_class", None)
    except Resolver404:
        return None
    return view if isinstance(view, type) and issubclass(view, ScopedView) else None
