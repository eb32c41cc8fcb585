"""A district that has certified this year and asks to correct it: there OPI practices answering a
request, and the district correcting and signing again.
"""

from __future__ import annotations

from certification.models import CertificationEvent, Certifier, Recertification, Signature
from certification.recertification import recertification
from certification.signing.case import Case
from certification.signing.signing import sign
from certification.status.status import event_of
from cte_portal.editions import Scope
from pathways.demo import sending
from pathways.demo.districts import CERTIFIED
from pathways.reports.certification import Certification
from pathways.reports.run import ask

REASON = "The college sent the dual enrollment credits of two students after we had signed."
WHAT_CHANGES = "Dual Enrollment Credits of two students. Nobody is added and nobody is taken out."


class NotCertified(Exception):
    """The practice data of the district cannot be signed."""


def add(event: CertificationEvent) -> Recertification | None:
    """Send, run the report, sign and request, each by what the screens use. None in a smaller
    portal, which does not have the district.
    """
    certifier = Certifier.objects.of_district(CERTIFIED).select_related("user").first()
    if certifier is None:
        return None
    scope, person = Scope(CERTIFIED, event.end_year), certifier.user
    sending.send(CERTIFIED)
    ask(scope.at_state(), [Certification()], by=person, wait=600, limited=False)
    district_event = event_of(scope, event.pk)
    if district_event is None:
        raise NotCertified(event.name)
    case = Case(scope, district_event, person)
    sign(
        scope,
        event.pk,
        person=person,
        digest=case.digest,
        statements=list(case.document.statements),
        method=Signature.Method.PASSWORD,
    )
    return recertification.ask(scope, event.pk, by=person, reason=REASON, what_changes=WHAT_CHANGES)
