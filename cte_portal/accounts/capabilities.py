"""What each role may do. Code asks for a capability, never for a role."""

from __future__ import annotations

from enum import Enum

from cte_portal.accounts.models import Role


class Capability(Enum):
    VIEW_RECORDS = "view records"
    EDIT_RECORDS = "edit records"


CAPABILITIES: dict[Role, frozenset[Capability]] = {
    Role.OPI_ADMINISTRATOR: frozenset({Capability.VIEW_RECORDS}),
    Role.OPI_STAFF: frozenset({Capability.VIEW_RECORDS}),
    Role.DISTRICT_ADMINISTRATOR: frozenset({Capability.VIEW_RECORDS, Capability.EDIT_RECORDS}),
    Role.DATA_CLERK: frozenset({Capability.VIEW_RECORDS, Capability.EDIT_RECORDS}),
    Role.VIEWER: frozenset({Capability.VIEW_RECORDS}),
}
