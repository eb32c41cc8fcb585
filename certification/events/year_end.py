"""The end of a school year that some districts have not certified: OPI extends, lets them finish,
or closes.

Who finishes signs what stands at the state. That is sound while nothing of the next year is sent,
as records run on and the state's rows are those of the last resync: so only a district that had
sent everything, and had nothing left to correct, may finish, nothing of the year is changed or sent
any more, and its data of the next year wait until it has signed or its dates are over.
"""

from __future__ import annotations

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from certification.board.board import lines_of
from certification.board.line import Line
from certification.letters import occasions
from certification.models import CertificationEvent, Round
from certification.models.dates import in_short
from certification.recertification.deciding import deciding
from certification.recertification.reopening import close_round
from certification.status.district_event import DistrictEvent
from certification.status.status import event_of, events_of
from cte_portal.accounts.models import AuditEvent, Deed, User
from cte_portal.editions import Scope
from cte_portal.prepared import prepared
from cte_portal.refusals import Refusal
from cte_portal.ui.wording import number_of
from pathways.certified import EXTEND, Unfinished
from pathways.models import SchoolYear

AfterYear = CertificationEvent.AfterYear
MOST_NAMED = 20


def unfinished() -> Unfinished | None:
    """The published events of the current year that some district has not certified."""
    active = SchoolYear.objects.filter(is_active=True).first()
    events = list(CertificationEvent.objects.ended_with(active.end_year)) if active else []
    lines_left = {
        event: [line for line in lines_of(event) if not line.district_event.is_certified]
        for event in events
    }
    lines_left = {event: lines for event, lines in lines_left.items() if lines}
    if not lines_left:
        return None
    some_may_finish = any(may_finish(line) for lines in lines_left.values() for line in lines)
    first = next(iter(lines_left))
    sentences = (
        *(sentence for event, lines in lines_left.items() for sentence in _sentences(event, lines)),
        *_ways(first, some_may_finish=some_may_finish),
    )
    return Unfinished(
        sentences=sentences,
        choices=tuple(_choices(first, some_may_finish=some_may_finish)),
        need_reason=(AfterYear.CLOSED,),
        way_out=reverse("certification-event", args=[first.pk]),
        decide=decide,
    )


def _sentences(event: CertificationEvent, lines: list[Line]) -> list[str]:
    """Sentences on the districts that have not certified, those that can finish first."""
    verb = "has" if len(lines) == 1 else "have"
    sentences = [
        (
            f"{number_of(len(lines), 'district')} {verb} not certified {event.school_year} (due"
            f" {in_short(event.due)})."
        )
    ]
    ordered = sorted(lines, key=lambda line: (not may_finish(line), line.number))
    for line in ordered[:MOST_NAMED]:
        extended = (
            f", extended to {in_short(line.district_event.dates.due)}"
            if line.district_event.dates.extended
            else ""
        )
        sentences.append(
            f"{line.number} {line.name}: {line.district_event.status.word}{extended}. {standing(line)}"
        )
    if len(ordered) > MOST_NAMED:
        sentences.append(
            f"And {number_of(len(ordered) - MOST_NAMED, 'more district')}: see the status board."
        )
    return sentences


def may_finish(line: Line) -> bool:
    return line.is_clean and line.district_event.primaries > 0 and not _dates_are_over(line)


def _dates_are_over(line: Line) -> bool:
    return line.district_event.last_day_to_sign < timezone.localdate(line.district_event.now)


def standing(line: Line) -> str:
    """A sentence that says if a district can finish, and what it lacks."""
    if may_finish(line):
        return f"It can finish: everything is sent and checked. {line.district_event.signers}"
    if not line.district_event.primaries:
        return "It cannot finish: it has no Primary certifier."
    if line.unsent.nothing_sent:
        return "It cannot finish: nothing of the year is at the state."
    if line.unsent.rows:
        return f"It cannot finish: {number_of(line.unsent.rows, 'row')} not sent."
    if line.unsent.changes:
        return f"It cannot finish: {number_of(line.unsent.changes, 'change')} not sent."
    if not line.is_current:
        return "It cannot finish: not validated since its last resync."
    if _dates_are_over(line):
        return "It cannot finish: its dates are over."
    sentence = (
        f"{number_of(line.errors or 0, 'error')}, {number_of(line.warnings or 0, 'warning')}"
        " without a reason"
    )
    return (
        f"It cannot finish: {sentence}."
        if line.errors or line.warnings
        else "It cannot finish: district and state do not match."
    )


def _choices(event: CertificationEvent, *, some_may_finish: bool) -> list[tuple[str, str]]:
    finish = [(AfterYear.FINISH.value, "Let them finish")] if some_may_finish else []
    return [
        (EXTEND, "Extend first"),
        *finish,
        (AfterYear.CLOSED.value, f"Close {event.school_year}"),
    ]


def _ways(event: CertificationEvent, *, some_may_finish: bool) -> list[str]:
    """Sentences on what each choice means."""
    year = event.school_year
    sentences = [
        (
            "Extend first: nothing changes now. You give these districts later dates on the"
            " event\u2019s page."
        )
    ]
    if some_may_finish:
        how = (
            "districts that can finish sign what is at the state, and send data of the next year"
            " after that."
        )
        sentences.append(f"Let them finish: {how} The others stay uncertified.")
    sentences.append(f"Close {year}: all of them stay uncertified, for the reason you enter.")
    return sentences


def decide(choice: str, by: User, reason: str) -> None:
    """Write down what OPI chose, in the transaction in which the next year begins. Rounds that
    nobody can finish end here.
    """
    active = SchoolYear.objects.get(is_active=True)
    for event in CertificationEvent.objects.select_for_update().ended_with(active.end_year):
        lines = [line for line in lines_of(event) if not line.district_event.is_certified]
        if not lines:
            continue
        event.after_year, event.after_year_reason = choice, reason[:200]
        event.may_finish = (
            [line.number for line in lines if may_finish(line)]
            if choice == AfterYear.FINISH
            else []
        )
        event.version += 1
        event.save(update_fields=["after_year", "after_year_reason", "may_finish", "version"])
        for open_round in (
            Round.objects.open().filter(event=event).exclude(district__in=event.may_finish)
        ):
            close_round(open_round, f"{event.school_year} is over.")
        numbers = ", ".join(line.number for line in lines)
        after = {
            "After the school year": event.get_after_year_display(),
            "Not certified": numbers[:400],
        }
        if event.may_finish:
            after["May finish"] = ", ".join(event.may_finish)[:400]
        deed = Deed(
            "certification event",
            str(event.pk),
            event.name,
            AuditEvent.Operation.CHANGE,
            {},
            after,
            end_year=event.end_year,
        )
        AuditEvent.objects.record([deed], by=by, reason=reason)
        occasions.year_closed(
            event, [line.number for line in lines if line.number not in event.may_finish]
        )


def closing(case: DistrictEvent, name: str) -> list[str]:
    """Sentences on closing the year for a district that may still finish it."""
    year = case.event.school_year
    effects = [
        (
            f"{case.district} {name} can no longer certify {year}. It stays uncertified, for the reason"
            " you enter."
        )
    ]
    if case.signed:
        effects.append(
            f"{number_of(case.signed, 'signature')} {'is' if case.signed == 1 else 'are'} void."
        )
    effects.append("It can send data of the next school year right away.")
    effects.append(
        "Its certifiers and District Administrators get an e-mail. They read the reason in the"
        " portal."
    )
    return effects


def close_for(scope: Scope, pk: int, *, by: User, reason: str) -> bool:
    """OPI ends what one district was to finish. False when that was done before; raises Refusal
    when it has nothing to finish.
    """
    with deciding(scope):
        event = CertificationEvent.objects.select_for_update().get(pk=pk, end_year=scope.end_year)
        if scope.district in event.closed_for:
            return False
        district_event = event_of(scope, pk)
        if district_event is None or not district_event.finishing:
            raise Refusal("This district has nothing to finish any more. Nothing was changed.")
        event.may_finish = [number for number in event.may_finish if number != scope.district]
        event.closed_for = {**event.closed_for, scope.district: reason[:200]}
        event.version += 1
        event.save(update_fields=["may_finish", "closed_for", "version"])
        for open_round in Round.objects.open().filter(event=event, district=scope.district):
            close_round(open_round, f"OPI closed {event.school_year}: {reason}"[:200])
        before, after = {"After the school year": "May finish"}, {"After the school year": "Closed"}
        key, operation = str(event.pk), AuditEvent.Operation.CHANGE
        deed = Deed(
            "certification event",
            key,
            event.name,
            operation,
            before,
            after,
            scope.district,
            scope.end_year,
        )
        AuditEvent.objects.record([deed], by=by, reason=reason)
        occasions.year_closed(event, [scope.district])
    return True


def finishing(scope: Scope) -> list[CertificationEvent]:
    """Events of earlier years that districts may finish; hardly ever more than one."""
    return _finishing(scope.end_year)


@prepared
def _finishing(before: int) -> QuerySet[CertificationEvent]:
    events = CertificationEvent.objects.seen_by_districts()
    return events.filter(after_year=AfterYear.FINISH, end_year__lt=before)


def holds_sending(scope: Scope) -> str:
    """Data of the next year would replace at the state what a district is still to sign."""
    for event in finishing(scope):
        if scope.district in event.may_finish:
            for district_event in events_of(Scope(scope.district, event.end_year)):
                if district_event.finishing:
                    until = in_short(district_event.last_day_to_sign)
                    return (
                        f"{event.school_year} is still to be certified, through {until}. Data of"
                        f" {scope.school_year} can be sent after that."
                    )
    return ""
