"""What follows from an action is shown before it is carried out, and carried out only when the
person has seen just that.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.utils.functional import cached_property

from cte_portal.pages.action import Action
from cte_portal.pages.reason import ReasonForm


def shown_as(effects: Sequence[str] | None) -> str:
    """How the page sends back what it showed, in the hidden field `seen`."""
    return json.dumps(effects)


def was_shown(request: HttpRequest, effects: Sequence[str]) -> bool:
    return request.POST.get("seen") == shown_as(effects)


class PreviewedAction(Action, ABC):
    """The form asks for the reason. What follows from the action by now is shown again where the
    person has seen something else.
    """

    @abstractmethod
    def effects(self) -> list[str]:
        """What follows, one sentence each, as it is now."""

    def form_valid(self, form: BaseForm) -> HttpResponse:
        return (
            super().form_valid(form)
            if was_shown(self.request, self.effects())
            else self.form_invalid(form)
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        effects = self.effects()
        changed = self.request.method == "POST" and not was_shown(self.request, effects)
        return super().get_context_data(
            effects=effects, seen=shown_as(effects), changed=changed, **kwargs
        )


class PreviewedForm(Action, ABC):
    """The effects depend on what the form says. A valid form is shown again with them, and carried
    out when the person has seen just those; a form from which nothing follows is carried out at
    once.
    """

    asks_reason = False
    """Whether the page asks for the reason beside the form while it shows the effects."""

    @abstractmethod
    def effects_of(self, form: Any) -> list[str]:
        """What follows from a valid form, one sentence each, as it is now."""

    @cached_property
    def reasons(self) -> ReasonForm | None:
        if not self.asks_reason:
            return None
        data = self.request.POST if self.request.method == "POST" else self.typed_before()
        return ReasonForm(data if data and "seen" in data else None)

    @property
    def reason(self) -> str:
        """What the person wrote; empty where nothing follows, as no reason is asked for then."""
        if self.reasons is None or not self.reasons.is_valid():
            return ""
        return str(self.reasons.cleaned_data["reason"])

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.get_form()
        if "seen" in form.data and form.is_valid() and (effects := self.effects_of(form)):
            return self.preview(form, effects)
        return self.render_to_response(self.get_context_data(form=form))

    def form_valid(self, form: BaseForm) -> HttpResponse:
        effects = self.effects_of(form)
        has_reason = self.reasons is None or self.reasons.is_valid()
        if effects and not (was_shown(self.request, effects) and has_reason):
            return self.preview(form, effects)
        return super().form_valid(form)

    def preview(self, form: BaseForm, effects: list[str]) -> HttpResponse:
        seen = shown_as(effects)
        return self.render_to_response(
            self.get_context_data(
                form=form,
                effects=effects,
                seen=seen,
                changed=form.data.get("seen", seen) != seen,
                reasons=self.reasons,
            )
        )
