"""Django's admin site for OPI's lists, in the portal's look, and the base of each list in it.
Sign-in, rights, and history are the portal's own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import URLPattern, URLResolver, include, path, reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.access.reach import can_statewide, person_of
from cte_portal.accounts.access.scoped import refused
from pathways.ledger.refusals import NotApplied
from pathways.lists.changing import InUse, changing, subject, words
from pathways.lists.forms import (
    RegisterForm,
)
from pathways.lists.publish import named_at_state
from pathways.lists.set_up import steps


class OpiSite(admin.AdminSite):
    """Seen by who may see OPI's lists; its first page is OPI's desk."""

    site_header = site_title = "CTE Portal"
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        return can_statewide(request, Capability.SEE_LISTS)

    def admin_view(self, view: Callable[..., HttpResponseBase], cacheable: bool = False) -> Any:
        """Sign-in is asked for by the portal's middleware, as on every page; here only the
        capability is.
        """

        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            request.statewide = True  # type: ignore[attr-defined]
            if not self.has_permission(request):
                refused(request, "capability")
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return never_cache(csrf_protect(inner))

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """The lists alone: sign-in, sign-out and passwords have their own pages, and nothing else
        is needed.
        """
        lists = [
            path(
                f"{model._meta.app_label}/{model._meta.model_name}/",
                include(model_admin.get_urls()),
            )
            for model, model_admin in self._registry.items()
        ]
        return [path("", self.admin_view(self.index), name="index"), *lists]

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """The portal's own navigation shows the lists."""
        return []

    def index(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return render(
            request,
            "pathways/lists/opi_home.html",
            {"steps": steps(request), "keeps": can_statewide(request, Capability.KEEP_LISTS)},
        )


site = OpiSite(name="admin")


class RegisterAdmin(admin.ModelAdmin):
    """One of OPI's lists: seen by OPI, kept by its administrators, changed through the register
    alone.
    """

    form: type[RegisterForm]
    actions = None
    list_per_page = 50
    show_full_result_count = False
    path_of: ClassVar[str]
    about: ClassVar[str]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return can_statewide(request, Capability.SEE_LISTS)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return can_statewide(request, Capability.KEEP_LISTS)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return can_statewide(request, Capability.KEEP_LISTS)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A row in use is never removed."""
        return can_statewide(request, Capability.KEEP_LISTS) and (
            obj is None or self._is_unused(obj)
        )

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def unused(self) -> QuerySet[Any]:
        """Rows that nothing names, which may be removed; of a list that does not say so, none."""
        return self.model._default_manager.none()

    def _is_unused(self, row: Any) -> bool:
        """Nothing names it, at the state neither."""
        return self.unused().filter(pk=row.pk).exists() and not named_at_state(type(row), {row.pk})

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        """No list has filters: an address that asks for some would ask whole tables, students'
        among them.
        """
        return False

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Any:
        """Keys are numbers; what holds anything else is no key, and is not shown to a database that
        may choke on it.
        """
        return (
            super().get_object(request, object_id, from_field)
            if object_id.isascii() and object_id.isdigit()
            else None
        )

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """The form as it is written, without the admin's own widgets; `refusal` is why it could not
        be saved a moment ago.
        """
        return type(self.form.__name__, (self.form,), {"refusal": getattr(request, "refusal", "")})

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return [(None, {"fields": []})]

    def save_form(self, request: Any, form: Any, change: bool) -> Any:
        return form.save(commit=False)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        with changing(by=person_of(request), reason=form.cleaned_data["reason"]) as entries:
            if change:
                entries.save(obj, seen=form.seen_words)
            else:
                entries.add([obj])

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        with changing(by=person_of(request)) as entries:
            if not self._is_unused(obj):
                raise InUse
            entries.remove([obj])

    def log_addition(self, *args: Any, **kwargs: Any) -> Any:
        """Changes are audited by `changing`; the admin's own log would be a second truth."""

    log_change = log_deletions = log_addition

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        context = {
            "path_of": self.path_of,
            "about": self.about,
            "add_url": self._url("add"),
            "file_url": self.file_url,
        }
        return super().changelist_view(request, context)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: Any = None,
        form_url: str = "",
        extra_context: Any = None,
    ) -> Any:
        row = self.get_object(request, object_id) if object_id else None
        context = {
            **self._about(row),
            "may_delete": row is not None and self.has_delete_permission(request, row),
            "audit": self._audit(row) if row else "",
        }
        try:
            return super().changeform_view(request, object_id, form_url, context)
        except NotApplied as refusal:
            # Somebody came between the check and the write: the form once more, with what was
            # typed.
            request.refusal = refusal.sentence  # type: ignore[attr-defined]
            return super().changeform_view(request, object_id, form_url, context)

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        row = self.get_object(request, object_id)
        try:
            return super().delete_view(request, object_id, self._about(row))
        except NotApplied as refusal:
            messages.error(request, refusal.sentence)
            return redirect(self._url("changelist"))

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        row = self.get_object(request, object_id)
        if row is None:
            raise Http404
        return redirect(self._audit(row))

    def _about(self, row: Any) -> dict[str, Any]:
        context = {
            "path_of": self.path_of,
            "list_url": self._url("changelist"),
            "words": words(row) if row else {},
            "name": str(row or ""),
        }
        context["file_url"] = self.file_url
        return {**context, "delete_url": self._url("delete", row.pk)} if row else context

    @property
    def file_url(self) -> str:
        """The address where rows are added from a file; empty where they are not."""
        return ""

    def _url(self, page: str, *keys: Any) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{page}", args=keys)

    def _audit(self, row: Any) -> str:
        kind, key, _ = subject(row)
        return reverse("audit", query={"kind": kind, "key": key})

    def response_add(
        self, request: HttpRequest, obj: Any, post_url_continue: Any = None
    ) -> HttpResponse:
        return self._done(request, f"{obj} was added.")

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        return self._done(request, f"{obj} was saved.")

    def response_delete(self, request: HttpRequest, obj_display: str, obj_id: Any) -> HttpResponse:
        return self._done(request, f"{obj_display} was removed.")

    def _done(self, request: HttpRequest, sentence: str) -> HttpResponse:
        messages.success(request, sentence)
        return redirect(self._url("changelist"))


class OfYears:
    """Columns of a list whose rows hold for some school years."""

    @admin.display(description="First school year", ordering="first_year")
    def first(self, row: Any) -> str:
        return words(row)["First school year"]

    @admin.display(description="Last school year", ordering="last_year")
    def last(self, row: Any) -> str:
        return words(row)["Last school year"]

    @admin.display(description="Confirmed", ordering="is_provisional")
    def provisional(self, row: Any) -> str:
        return "Provisional" if row.is_provisional else "Confirmed"
