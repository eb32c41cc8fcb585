"""What follows from an action is shown before it is carried out, and carried out only when the
person has seen just that.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse

from cte_portal.pages.action import Action


def shown_as(effects: Sequence[str] | None) -> str:
    """How the page sends back what it showed, in the hidden field `seen`."""
    return json.dumps(effects)


def was_shown(request: HttpRequest, effects: Sequence[str]) -> bool:
    return request.POST.get("seen") == shown_as(effects)


class PreviewedAction(Action):
    """The form asks for the reason. What follows from the action by now is shown again where the
    person has seen something else.
    """

    def effects(self) -> list[str]:
        """What follows, one sentence each, as it is now."""
        raise NotImplementedError

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
