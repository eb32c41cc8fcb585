"""The rule catalogue as a page: what each rule asks, why, what to do, and examples. The same for everybody who is signed in."""

from __future__ import annotations

from typing import Any

from django.views.generic import TemplateView

from pathways.rules.document import sections


class Rules(TemplateView):
    template_name = "pathways/rules.html"
    http_method_names = ["get", "head", "options"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(sections=sections(), **kwargs)
