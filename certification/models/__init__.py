"""One noun a module: the model, its QuerySet and the facts that always hold, as database
constraints.
"""

from certification.models.certifier import Certifier
from certification.models.event import CertificationEvent, EventLink
from certification.models.extension import Extension
from certification.models.recertification import Recertification, RecertificationMessage
from certification.models.reminder import Reminder
from certification.models.round import Round
from certification.models.sealed import SealedCopy, SealedRecord, SealedRow
from certification.models.sealed_outcome import SealedOutcome
from certification.models.signature import Signature

__all__ = [
    "CertificationEvent",
    "Certifier",
    "EventLink",
    "Extension",
    "Recertification",
    "RecertificationMessage",
    "Reminder",
    "Round",
    "SealedCopy",
    "SealedOutcome",
    "SealedRecord",
    "SealedRow",
    "Signature",
]
