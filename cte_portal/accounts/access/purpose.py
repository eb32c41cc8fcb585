"""Records leave the portal for somebody outside their district: what for is asked first, and stands
in the audit (P-03).
"""

from __future__ import annotations

from django import forms

from cte_portal.accounts.models import AuditEvent, User
from cte_portal.accounts.models.audit import Deed
from cte_portal.pages.reason import ReasonField

KIND = "download"


class PurposeForm(forms.Form):
    use_required_attribute = False

    purpose = ReasonField(
        label="Purpose",
        help_text="Recorded in the audit log with your name",
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Enter what the file is for"},
    )


def record(
    person: User,
    purpose: str,
    *,
    file: str,
    key: str,
    district: str = "",
    end_year: int | None = None,
    records: str = "",
) -> None:
    """Who took which file, what for; never what it holds."""
    after = {"File": file, **({"Records": records} if records else {})}
    deed = Deed(
        KIND,
        key[:150],
        file,
        AuditEvent.Operation.ADD,
        after=after,
        district=district,
        end_year=end_year,
    )
    AuditEvent.objects.record([deed], by=person, reason=purpose)
