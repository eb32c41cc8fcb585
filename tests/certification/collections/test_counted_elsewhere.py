"""R-FUP-16: a student on two lists counts on one. What a district signs, what is sealed, reports,
board and 3S1 leave the other line out alike.
"""

from __future__ import annotations

import pytest
from django.test import Client

from certification.board import perkins
from certification.board.board import lines_of
from certification.models import SealedOutcome, Signature
from certification.signing import sealing
from cte_portal.accounts.models import User
from cte_portal.batches.models import Batch
from pathways.follow_up.pairs import deciding
from pathways.models import FollowUpEntry, Outcome, Student
from pathways.reports.leavers.reports import (
    FollowUpByPathway,
    FollowUpByStatus,
    OpenFollowUps,
    OutsideTheWindow,
)
from tests.certification.ready_fall import COLLEGE, ReadyFall
from tests.fixtures.certification import make_fall_event
from tests.fixtures.quick.standing import stands
from tests.fixtures.records import District_
from tests.pathways.follow_up.leavers import Leavers, make_entry

TWIN = "999000124"


class Twins:
    """Kayla is on Cottonwood Bend's list alone; the other student there is on another list, too."""

    def __init__(self, fall: ReadyFall, elsewhere: District_) -> None:
        self.fall = fall
        self.student = fall.district.student(TWIN, "Blair")
        fall.record(self.student)
        fall.prepare()
        self.own = fall.entry(self.student)
        self.other = make_entry(Leavers(elsewhere), TWIN, "Blair")

    def figures(self) -> dict[str, tuple[int, int, int]]:
        """(leavers, answered, placed) of Cottonwood Bend, by who says so; of certifiers' figures
        and sealed rows as they were signed.
        """
        reports = {}
        for at in (self.fall.scope, self.fall.scope.at_state()):
            pathway = FollowUpByPathway().count(at)
            statuses = FollowUpByStatus().count(at)
            reports[f"pathways {at.edition}"] = (pathway.count, *pathway.parts.values())
            reports[f"statuses {at.edition}"] = (statuses.count, *pathway.parts.values())
        (line,) = [line for line in lines_of(self.fall.event) if line.number == "9012"]
        assert line.follow_up
        board = line.follow_up.rates
        return {
            **reports,
            "board": (board.of, board.answered, board.placed),
        }

    def signed(self) -> tuple[int, int, int]:
        totals = self.fall.case().document.counts["totals"]
        return totals["students"], totals["answered"], totals["placed"]


@pytest.fixture
@stands
def twins(cottonwood: District_, elsewhere: District_, clerk: User, kayla: Student) -> Twins:
    fall = ReadyFall(cottonwood, make_fall_event(), clerk)
    fall.record(kayla)
    return Twins(fall, elsewhere)


def test_reports_board_signature_seal_and_3s1_say_one_number(twins: Twins, opi: User) -> None:
    assert {*twins.figures().values(), twins.signed()} == {(2, 2, 2)}
    deciding.count_in(2024, twins.other.pk, by=opi)
    assert {*twins.figures().values(), twins.signed()} == {(1, 1, 1)}
    twins.fall.sign()
    copy = twins.fall.copies.get()
    totals = copy.counts["totals"]
    assert (totals["records"], totals["students"], totals["elsewhere"]) == (2, 1, 1)
    assert {group["code"]: group["students"] for group in copy.counts["statuses"]} == {COLLEGE: 1}
    sealed = dict(SealedOutcome.objects.values_list("state_id", "counted_elsewhere"))
    assert sealed == {"999000123": False, TWIN: True} and sealing.differences(copy) == []
    assert [row.state_id for row in perkins.outcomes_of([copy])] == ["999000123"]


def test_opis_choice_after_the_seal_moves_3s1_and_no_sealed_figure(twins: Twins, opi: User) -> None:
    deciding.count_in(2024, twins.other.pk, by=opi)
    twins.fall.sign()
    deciding.count_in(2024, twins.own.pk, by=opi)
    copy = twins.fall.copies.get()
    assert copy.counts["totals"]["students"] == 1 and sealing.differences(copy) == []
    assert [row.state_id for row in perkins.outcomes_of([copy])] == ["999000123", TWIN]


def test_opis_choice_voids_a_signature_that_waits(twins: Twins, opi: User) -> None:
    twins.fall.certifier("mreyes2", "Reyes", "Maria")
    twins.fall.sign()
    deciding.count_in(2024, twins.other.pk, by=opi)
    assert Signature.objects.get().voided_at
    assert Batch.objects.filter(options__template="signature_void").exists()
    twins.fall.sign()
    FollowUpEntry.objects.filter(pk=twins.other.pk).update(
        left_at=twins.other.since, left_reason="Returned by Sept 30"
    )
    assert deciding.count_the_single() == 1
    assert not Signature.objects.filter(voided_at=None).exists()


def test_who_counts_elsewhere_is_in_nobodys_way_and_on_no_report(
    twins: Twins, opi: User, client: Client
) -> None:
    """The date stood before OPI moved the window."""
    fall = twins.fall
    Outcome.objects.filter(student=twins.student).update(date_contacted=twins.own.exit_date)
    fall.send()
    fall.wait()
    reports = (OpenFollowUps(), OutsideTheWindow())
    assert fall.missing() == ["contacted"]
    assert [report.count(fall.scope).count for report in reports] == [0, 1]
    deciding.count_in(2024, twins.other.pk, by=opi)
    (line,) = [line for line in lines_of(fall.event) if line.number == "9012"]
    assert fall.missing() == [] == line.closed
    assert [report.count(fall.scope).count for report in reports] == [0, 0]
    client.force_login(fall.primary.user)
    page = client.get(f"{fall.path}lists/counted-elsewhere/").content.decode()
    assert "BLAIR" in page and "ANDERSON" not in page
