"""OPI's approval of a certification, which is no recertification and bars none."""

from __future__ import annotations

from django.utils import timezone

from certification.models import Round
from certification.recertification.deciding import SOMEONE_ELSE, deciding, shown_event
from cte_portal.accounts.models import AuditEvent, Deed, User
from cte_portal.editions import Scope
from cte_portal.refusals import Refusal


def accept(scope: Scope, event: int, *, by: User) -> bool:
    """OPI approves the certification itself. False when it was approved before; raises Refusal when
    there is nothing to approve.
    """
    with deciding(scope):
        district_event = shown_event(scope, event)
        official = Round.objects.of(district_event.event, scope.district).official().first()
        if official is None or district_event.request:
            raise Refusal("There is no certification to approve, or a recertification is open.")
        if official.approved_at:
            return False
        if official.signatures.filter(certifier__user=by, voided_at=None).exists():
            raise Refusal(f"You signed it yourself. {SOMEONE_ELSE}")
        official.approved_at, official.approved_by = timezone.now(), by.record_name
        official.save(update_fields=["approved_at", "approved_by"])
        key = f"{district_event.event.pk}/{scope.district}"
        after = {"Status": "Certification Approved by State"}
        deed = Deed(
            "certification",
            key,
            district_event.event.name,
            AuditEvent.Operation.CHANGE,
            {},
            after,
            scope.district,
            scope.end_year,
        )
        AuditEvent.objects.record([deed], by=by)
    return True
