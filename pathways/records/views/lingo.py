"""The guide's terms and the fields of the CTE Concentrator screen, to be read at any time."""

from __future__ import annotations

from typing import Any

from django.views.generic import TemplateView

from pathways.records.lingo import FIELDS, TERMS


class Lingo(TemplateView):
    """CTE Lingo; every term has an anchor that the help under the fields leads to."""

    template_name = "pathways/records/lingo.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(terms=TERMS, fields=FIELDS, **kwargs)
