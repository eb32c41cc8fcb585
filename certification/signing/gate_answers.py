"""The answers of the gates in a district's case; certification.signing.gates lists the gates."""

from __future__ import annotations

import math
from dataclasses import dataclass

from django.urls import reverse

from certification.models.certifier import cannot_sign
from certification.models.dates import Phase, in_short
from certification.signing.case import WAIT, Case
from cte_portal.ui.wording import moment, number_of
from pathways.reports.certification import Certification
from pathways.resync.unsent import AHEAD


@dataclass(frozen=True)
class Answer:
    passed: bool
    sentence: str
    cure: str = ""
    """Address of the page that cures it."""
    cure_label: str = ""
    runs: str = ""
    """The report that the button runs at once, for who may run reports
    (pathways.reports.views.validation.RunForm).
    """
    seconds_left: int = 0
    """Until it passes by itself."""
    problem: str = ""
    """The title in this case, where it says more than the gate's own."""


def _page(case: Case, name: str, *arguments: object) -> str:
    return reverse(name, args=[case.scope.district, case.scope.end_year, *arguments])


def _findings(case: Case) -> str:
    """The list as the state has it, where the district has moved on: what is corrected and not sent
    stands there still.
    """
    return _page(case, "findings") if case.matches else f"{_page(case, 'findings')}?at=state"


def is_open(case: Case) -> Answer:
    dates, district_event = case.district_event.dates, case.district_event
    if district_event.ended:
        return Answer(False, district_event.why_ended, problem=f"{case.scope.school_year} is over")
    if not district_event.in_active_year and not district_event.finishing:
        return Answer(
            False,
            f"{case.scope.school_year} is not the current school year, so its records cannot be"
            " certified now.",
        )
    if district_event.sealed_at and not district_event.round_number:
        return Answer(
            False,
            "This collection is already certified. Request recertification to correct it.",
            problem="Already certified",
        )
    if dates.accepts_signatures(case.now, correcting=district_event.reopened):
        if district_event.reopened:
            return Answer(True, f"until {in_short(district_event.last_day)}, to be signed again")
        if dates.phase(case.now) is Phase.OPEN:
            return Answer(True, f"{in_short(dates.certification_opens)} to {in_short(dates.due)}")
        return Answer(True, f"late, open until {in_short(dates.corrections_until)}")
    if dates.phase(case.now) in (Phase.NOT_YET_OPEN, Phase.REVIEW):
        return Answer(
            False,
            f"Certification opens {in_short(dates.certification_opens)}.",
            problem="Certification is not open yet",
        )
    return Answer(False, f"It was due {in_short(dates.due)}. {dates.corrections(case.now)}")


def certifiers(case: Case) -> Answer:
    cure = _page(case, "type-membership-setup")
    primaries = case.primaries
    if not primaries:
        return Answer(
            False,
            "This collection cannot be certified without one.",
            cure,
            "Add a certifier",
            problem="No Primary certifier",
        )
    unable, why = cannot_sign(primaries)
    if len(unable) == len(primaries):
        return Answer(False, f"{why}.", cure, "See what to do")
    if unable:
        return Answer(True, f"{len(primaries)}, but {why}")
    return Answer(
        True, "1 can sign in" if len(primaries) == 1 else f"all {len(primaries)} can sign in"
    )


def quiet(case: Case) -> Answer:
    if not case.running:
        return Answer(True, "")
    first = case.running[0]
    words = f"{first.title} by {first.submitted_name} is not finished."
    return Answer(False, words, _page(case, "batch", first.pk), "Open the job")


def sent(case: Case) -> Answer:
    resync = _page(case, "resync")
    if case.copy is None:
        return Answer(
            False,
            "Send your data before you sign.",
            resync,
            "Send everything",
            problem="Nothing sent to the state yet",
        )
    if case.copy.end_year != case.scope.end_year:
        words = "Send your data before you sign."
        return Answer(
            False,
            words,
            resync,
            "Send everything",
            problem=f"Nothing from {case.scope.school_year} sent to the state yet",
        )
    if case.sending.ahead:
        return Answer(
            False,
            AHEAD,
            _page(case, "district-and-state"),
            "Compare",
            problem="The state is ahead of this district",
        )
    if case.district_event.finishing:
        return _sent_before_the_end(case)
    if case.differing.others or case.sending.changes:
        rows = number_of(case.differing.others, "row")
        voids = f" {_voids(case)}" if case.signatures and not case.matches else ""
        label = f"Send {rows}" if case.differing.others else "Send again"
        return Answer(False, f"{_differing(case)}{case.differing.of_leavers}{voids}", resync, label)
    return Answer(
        True, f"last resync {moment(case.copy.sent_at)}.{case.differing.of_leavers}".rstrip(".")
    )


def _differing(case: Case) -> str:
    """Of the number above the page what is in the way, and the changes of records that it comes
    from.
    """
    number, unsent = case.sending.changes, case.differing.others
    changes = f"{number_of(number, 'change')} of records"
    if not unsent:
        return f"{changes}, changed and then changed back. Send again to confirm."
    rows = (
        f"{number_of(unsent, 'row')} {'differs' if unsent == 1 else 'differ'} between"
        " district and state"
    )
    if not number:
        return f"{rows}."
    by = (
        f"{'' if number == 1 else ', the last'} by {case.last_change.by}"
        if case.last_change
        else ""
    )
    since = f" since {moment(case.sending.since)}" if case.sending.since else ""
    return f"{rows}, {changes}{by}{since}."


def _voids(case: Case) -> str:
    names = " and ".join(signature.name for signature in case.signatures.values())
    return f"Sending voids the signature of {names}."


def _sent_before_the_end(case: Case) -> Answer:
    """Of a year that is over: what was not sent in it is not sent any more, and what was entered
    since belongs to the next year.
    """
    if number := case.unsent_of_the_year:
        words = (
            f"{number_of(number, 'change')} from {case.scope.school_year} can no longer be sent."
        )
        return Answer(
            False, words, problem=f"{number_of(number, 'change')} not sent before the year ended"
        )
    return Answer(True, f"you sign what the state has for {case.scope.school_year}")


def match(case: Case) -> Answer:
    if case.district_event.finishing:
        return Answer(
            True, f"as sent before {case.scope.school_year} ended; records have changed since"
        )
    if case.matches:
        return Answer(True, number_of(len(case.document.rows), "record"))
    page = reverse(
        "district-and-state", args=[case.sending_scope.district, case.sending_scope.end_year]
    )
    return Answer(False, "Records differ between district and state.", page, "Compare")


def report(case: Case) -> Answer:
    if case.report is not None and not case.report.count:
        return Answer(True, moment(case.report.at))
    cure = _page(case, "data-validation-reports")
    if case.report is None:
        words = "Run it at the state after your last resync."
        return Answer(
            False, words, cure, "Run the Certification report", runs=f"{Certification.slug}:state"
        )
    words = (
        f"{number_of(case.report.count, 'figure')}"
        f" {'differs' if case.report.count == 1 else 'differ'} between district and state."
    )
    return Answer(
        False, words, cure, "Open the report", problem="Certification report shows differences"
    )


NOT_JUDGED = (
    "Nothing from this school year is at the state yet. Data are checked there after you send them."
)


def _not_judged(case: Case) -> bool:
    return case.copy is None or case.copy.end_year != case.scope.end_year


def errors(case: Case) -> Answer:
    errors, records = case.open_findings[0], len(case.document.rows)
    if _not_judged(case):
        return Answer(
            False,
            NOT_JUDGED,
            _page(case, "findings"),
            "See findings",
            problem="Errors not checked at the state yet",
        )
    if errors:
        words = f"{number_of(errors, 'error')} at the state."
        return Answer(
            False,
            words,
            _findings(case),
            "Open and fix",
            problem=f"{number_of(errors, 'error')} to fix",
        )
    return Answer(True, f"0 in {number_of(records, 'record')} at the state")


def warnings(case: Case) -> Answer:
    warnings, explained = case.open_findings[1], len(case.document.explanations)
    if _not_judged(case):
        return Answer(
            False,
            NOT_JUDGED,
            _page(case, "findings"),
            "See findings",
            problem="Warnings not checked at the state yet",
        )
    if warnings:
        every = warnings + explained
        words = (
            f"{warnings:,} of {number_of(every, 'warning')} {'has' if warnings == 1 else 'have'} no"
            " reason yet."
        )
        return Answer(
            False,
            words,
            _findings(case),
            "Explain",
            problem=f"{number_of(warnings, 'warning')} without a reason",
        )
    return Answer(True, f"{explained:,} explained" if explained else "no warnings at the state")


def waited(case: Case) -> Answer:
    resync = _page(case, "resync")
    if case.copy is None or case.copy.complete_at is None:
        return Answer(
            False,
            "Send everything once before you sign.",
            resync,
            "Send everything",
            problem="No complete resync yet",
        )
    since = case.now - case.copy.complete_at
    if since >= WAIT:
        hours = int(since.total_seconds() // 3600)
        return Answer(True, number_of(hours, "hour") if hours < 48 else f"{hours // 24:,} days")
    seconds = math.ceil((WAIT - since).total_seconds())
    words = (
        f"The last one was {moment(case.copy.complete_at)}."
        f" {number_of(math.ceil(seconds / 60), 'minute')} left."
    )
    return Answer(False, words, seconds_left=seconds)


def only_advises(case: Case) -> bool:
    return not case.event.wait_after_resync_blocks
