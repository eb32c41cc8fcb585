"""People, their roles, what they typed before they were signed out, and what administrators did."""

from cte_portal.accounts.models.audit import AuditEvent, Deed
from cte_portal.accounts.models.invitation import Invitation
from cte_portal.accounts.models.kept_form import KeptForm
from cte_portal.accounts.models.membership import OPI_ROLES, SCHOOL_ROLE, Membership, Role
from cte_portal.accounts.models.saved_list import SavedList
from cte_portal.accounts.models.sign_in_event import SignInEvent
from cte_portal.accounts.models.sign_on import EmergencyAccount, SignOn, SignOnDuty, SignOnSession
from cte_portal.accounts.models.user import User
from cte_portal.accounts.models.view_event import ViewEvent

__all__ = [
    "OPI_ROLES",
    "SCHOOL_ROLE",
    "AuditEvent",
    "Deed",
    "EmergencyAccount",
    "Invitation",
    "KeptForm",
    "Membership",
    "Role",
    "SavedList",
    "SignInEvent",
    "SignOn",
    "SignOnDuty",
    "SignOnSession",
    "User",
    "ViewEvent",
]
