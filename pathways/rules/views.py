"""The rule catalogue as a page: what each rule asks, why, what to do, and examples. Severities are
those of the current year. The same for everybody who is signed in.
"""

from __future__ import annotations

from typing import Any

from django.views.generic import TemplateView

from cte_portal.accounts.access.reach import active_end_year
from cte_portal.editions import school_year_label
from pathways.rules.document import sections
from pathways.rules.severities import rules_in_force


class Rules(TemplateView):
    template_name = "pathways/rules/rules.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        end_year = active_end_year(self.request)
        in_force = rules_in_force(end_year) if end_year else []
        by_opi = {rule.id: (rule.severity, rule.reason) for rule in in_force if rule.is_set}
        school_year = school_year_label(end_year) if end_year else ""
        return super().get_context_data(
            sections=sections(by_opi), school_year=school_year, **kwargs
        )
