"""The answers of the gates that only Fall CTE asks: of the list, its outcomes, and the attempts to
get them.
"""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from certification.signing.case import Case
from certification.signing.gate_answers import Answer
from cte_portal.ui.wording import moment, number_of
from cte_portal.words import text
from pathways.follow_up.drawing import is_up_to_date
from pathways.models import DrawnList, FollowUpYear, OutcomeDifference
from pathways.reports.leavers.rows import codes_that_need_attempts, is_settled, is_well_dated
from pathways.resync.unsent import AHEAD


def _page(case: Case, name: str, query: str = "") -> str:
    return reverse(name, args=[case.scope.district, case.scope.end_year]) + query


def _sending_page(case: Case, name: str) -> str:
    """A page of the current year: outcomes go with its resync (docs/adr/0014)."""
    return reverse(name, args=[case.sending_scope.district, case.sending_scope.end_year])


def drawn(case: Case) -> Answer:
    """R-FUP-02: a list from live records is a draft, and nobody signs it."""
    page, year = _page(case, "follow-up-list"), case.scope.school_year
    drawn_list = DrawnList.objects.of(case.scope)
    if drawn_list is None:
        words = "Draw it on its page, or wait for the daily work."
        return Answer(False, words, page, "Open the list", problem="The list is not drawn yet")
    if drawn_list.is_draft:
        words = (
            f"It comes from records of {year} that are not certified. Certify End of Year first."
        )
        return Answer(False, words, page, "Open the list", problem="The list is a draft")
    if not is_up_to_date(case.scope):
        words = "Records have changed since. Draw it again on its page."
        return Answer(False, words, page, "Open the list", problem="The list is out of date")
    return Answer(True, f"from {drawn_list.receipt}")


def outcomes_sent(case: Case) -> Answer:
    resync = _sending_page(case, "resync")
    if case.copy is None:
        words = "Send your data before you sign."
        return Answer(
            False, words, resync, "Send everything", problem="Nothing sent to the state yet"
        )
    if case.sending.ahead:
        page = _sending_page(case, "district-and-state")
        return Answer(False, AHEAD, page, "Compare", problem="The state is ahead of this district")
    not_sent = case.leavers_not_sent
    if not len(not_sent):
        return Answer(True, f"last resync {moment(case.copy.sent_at)}")
    sentence = f"{not_sent.words} {'differs' if len(not_sent) == 1 else 'differ'} from the state."
    if case.signatures:
        names = " and ".join(signature.name for signature in case.signatures.values())
        sentence += f" Sending voids the signature of {names}."
    return Answer(False, sentence, resync, f"Send {not_sent.words}")


def _counted(case: Case) -> list[Any]:
    """The district's lines of whom it certifies; OPI counts the others in another district."""
    rows: list[Any] = case.own_rows
    return [row for row in rows if not row.counted_elsewhere]


def tried(case: Case) -> Answer:
    """R-FUP-18: each leaver has an answer, or was tried as often as OPI demands (R-FUP-07). Who
    counts on another district's list is asked there (R-FUP-16).
    """
    rows, needing = _counted(case), codes_that_need_attempts()
    open_rows = sum(not is_settled(row, needing) for row in rows)
    if not open_rows:
        return Answer(True, number_of(len(rows), "leaver"))
    has = "has" if open_rows == 1 else "have"
    words = (
        f"{open_rows:,} of {number_of(len(rows), 'leaver')} {has} neither an answer nor the required"
        " attempts."
    )
    return Answer(
        False, words, _page(case, "follow-up"), "Call", problem=f"{open_rows:,} to be called"
    )


def resolved(case: Case) -> Answer:
    """R-FUP-12: where a file said something else, a person has decided."""
    number = OutcomeDifference.objects.number_unresolved(case.scope)
    if not number:
        return Answer(True, "")
    page = _page(case, "follow-up-differences")
    says = "says" if number == 1 else "say"
    words = f"{number_of(number, 'line')} of a file {says} something else than the portal."
    return Answer(False, words, page, "Decide")


def contacted(case: Case) -> Answer:
    """R-FUP-08, again for what came by a file or stood before OPI moved the window."""
    year = FollowUpYear.objects.of(case.scope.end_year)
    if year is None:
        words = f"OPI has no dates of contact for {case.scope.school_year}. Contact OPI."
        return Answer(False, words, _page(case, "follow-up-list"), "Open the list")
    wrong = sum(not is_well_dated(row, year) for row in _counted(case))
    window = f"from {text(year.opens)} to {text(year.closes)}"
    if not wrong:
        return Answer(True, window)
    has = "has" if wrong == 1 else "have"
    words = f"{number_of(wrong, 'outcome')} {has} no date {window} after the student left."
    page = _page(case, "follow-up", "?show=worked-on")
    return Answer(False, words, page, "Correct")
