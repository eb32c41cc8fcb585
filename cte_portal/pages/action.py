"""A form that is carried out: the page again with what was typed where it is refused, onward where
it is done.
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.forms import BaseForm
from django.http import HttpResponse, QueryDict
from django.views.generic import FormView

from cte_portal.refusals import Refusal
from cte_portal.ui.too_many import TooMany, asked_to_wait


class Action(FormView):
    """Joined with a view of the portal, which says who may see the page."""

    http_method_names = ["get", "post", "head", "options"]  # Django would take PUT for POST

    def act(self, form: Any) -> HttpResponse | None:
        """Carry it out and say where it leads. A Refusal is shown on the form."""
        raise ImproperlyConfigured(f"{type(self).__name__} does not say what its form does.")

    def typed_before(self) -> QueryDict | None:
        """What the person typed on this page before being signed out, where the page keeps that."""
        return None

    def get_form_kwargs(self) -> dict[str, Any]:
        arguments = super().get_form_kwargs()
        if self.request.method in ("GET", "HEAD") and (data := self.typed_before()) is not None:
            arguments["data"] = data
        return arguments

    def form_valid(self, form: BaseForm) -> HttpResponse:
        try:
            response = self.act(form)
        except Refusal as refusal:
            refusal.show_on(form)
            answer = self.form_invalid(form)
            return asked_to_wait(answer) if isinstance(refusal, TooMany) else answer
        return response or super().form_valid(form)
