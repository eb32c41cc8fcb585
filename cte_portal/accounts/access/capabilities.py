"""What each role may do. Code asks for a capability, never for a role (docs/adr/0004)."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

from cte_portal.accounts.models import Role


class Capability(Enum):
    VIEW_RECORDS = "view records"
    EDIT_RECORDS = "edit records"
    SEE_BATCHES = "see the Batch Queue, its reports and files"
    VIEW_SCHOOL = "see the students of a school"
    EXPORT_SCHOOL = "take the students of a school out as a file"
    SAVE_LISTS = "save lists of a district under a name"
    FOLLOW_UP = "see whom the district calls, and how to reach them"
    SEND_RECORDS = "send records to the state"
    WORK_STATEWIDE = "run work for all districts"
    EXPORT_RECORDS = "take records out as a file"
    EXPORT_FOR_PURPOSE = "take records out as a file, saying what for"
    MANAGE_CERTIFIERS = "name the certifiers of a district"
    DEFINE_ELEMENTS = "define a district's own elements"
    SEE_VIEW_EVENTS = "see who looked at the records of a district"
    MANAGE_PEOPLE = "manage the people of a district"
    MANAGE_EVERYONE = "manage people everywhere"
    SEE_LISTS = "see OPI's lists, and who changed them"
    KEEP_LISTS = "keep OPI's lists"


_CLERK = frozenset(
    {
        Capability.VIEW_RECORDS,
        Capability.VIEW_SCHOOL,
        Capability.EXPORT_SCHOOL,
        Capability.SAVE_LISTS,
        Capability.EDIT_RECORDS,
        Capability.FOLLOW_UP,
        Capability.SEND_RECORDS,
        Capability.SEE_BATCHES,
        Capability.EXPORT_RECORDS,
    }
)

# Who keeps the lists and the people sees no student; who sees students changes no list.
CAPABILITIES: dict[Role, frozenset[Capability]] = {
    Role.OPI_ADMINISTRATOR: frozenset(
        {Capability.SEE_LISTS, Capability.KEEP_LISTS, Capability.MANAGE_EVERYONE}
    ),
    Role.OPI_STAFF: frozenset(
        {
            Capability.VIEW_RECORDS,
            Capability.SAVE_LISTS,
            Capability.SEND_RECORDS,
            Capability.WORK_STATEWIDE,
            Capability.SEE_BATCHES,
            Capability.SEE_LISTS,
            Capability.SEE_VIEW_EVENTS,
            Capability.EXPORT_FOR_PURPOSE,
        }
    ),
    Role.DISTRICT_ADMINISTRATOR: _CLERK
    | {
        Capability.SEE_VIEW_EVENTS,
        Capability.MANAGE_PEOPLE,
        Capability.MANAGE_CERTIFIERS,
        Capability.DEFINE_ELEMENTS,
    },
    Role.DATA_CLERK: _CLERK,
    Role.VIEWER: frozenset(
        {
            Capability.VIEW_RECORDS,
            Capability.VIEW_SCHOOL,
            Capability.SAVE_LISTS,
            Capability.FOLLOW_UP,
        }
    ),
    Role.SCHOOL_VIEWER: frozenset(
        {Capability.VIEW_SCHOOL, Capability.EXPORT_SCHOOL, Capability.SAVE_LISTS}
    ),
}


def capabilities_of(roles: Iterable[Role]) -> frozenset[Capability]:
    """What somebody with these roles may do."""
    return frozenset[Capability]().union(*(CAPABILITIES[role] for role in roles))
