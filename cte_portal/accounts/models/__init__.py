"""People, their roles, and what they typed before they were signed out."""

from cte_portal.accounts.models.kept_form import KeptForm
from cte_portal.accounts.models.membership import Membership, Role
from cte_portal.accounts.models.user import User

__all__ = ["KeptForm", "Membership", "Role", "User"]
