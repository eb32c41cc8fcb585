"""Districts and first administrators of a file are added, as their plan was shown."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from cte_portal.accounts.models import User
from cte_portal.accounts.people import newcomers
from cte_portal.accounts.people.authority import Authority
from cte_portal.accounts.people.newcomers import Newcomer
from cte_portal.batches.letters import invitations
from pathways.ledger.refusals import NotApplied
from pathways.lists.changing import changing
from pathways.lists.districts_file import DistrictRow, Written
from pathways.lists.new_districts_plan import ADMINISTRATOR, plan
from pathways.models import District

REASON = "From a file of districts"


class Outdated(NotApplied):
    """The file would do something else now than the person has seen."""

    sentence = (
        "Something in the portal changed after this preview was made. Nothing was saved. Check the"
        " preview again."
    )


class NothingChosen(NotApplied):
    """Every line that could be saved needs an answer, and none has one."""

    sentence = "Nothing was chosen. Check the box of each row to save."


@dataclass(frozen=True)
class DistrictsSaved:
    districts: int
    people: int
    roles: int
    unsaved: int
    """Lines that were wrong, held, or not answered."""


def carry_out(
    rows: Sequence[Written], *, by: User, seen: str, confirmed: Collection[int], address: str
) -> DistrictsSaved:
    """Save the good lines and queue their invitations, all or nothing. Links begin with `address`.
    Raises NotApplied.
    """
    with changing(by=by, reason=REASON) as entries:
        file_plan = plan(rows, by)
        if file_plan.digest != seen:
            raise Outdated
        lines = file_plan.chosen(confirmed)
        if not lines:
            raise NothingChosen
        names: dict[str, str] = {}
        people: dict[str, list[DistrictRow]] = {}
        roles: list[tuple[User, str, str]] = []
        for line in lines:
            row = line.row
            assert row is not None  # noqa: S101 - a line that is saved could be read
            if line.new_district:
                names.setdefault(row.number, row.name)
            if line.account:
                roles.append((line.account, ADMINISTRATOR, row.number))
            elif row.email:
                people.setdefault(row.email, []).append(row)
        entries.add([District(number=number, name=name) for number, name in names.items()])
        made = newcomers.invite(
            Authority(by), [_newcomer(several) for several in people.values()], roles, reason=REASON
        )
        invitations.queue_all(made, by=by, address=address)
    return DistrictsSaved(
        len(names), len(made), len(roles), len(file_plan.lines) - len(lines) - len(file_plan.same)
    )


def _newcomer(rows: Sequence[DistrictRow]) -> Newcomer:
    first = rows[0]
    return Newcomer(
        username=first.username,
        first_name=first.first_name,
        last_name=first.last_name,
        email=first.email,
        roles=tuple((ADMINISTRATOR.value, row.number) for row in rows),
    )
