"""The named conditions of a signature, all answered at once, for page, home and action alike
(design D5).

A gate says what it found, in a count where there is one, and leads to the page that cures it.
Advice never blocks. An open gate is titled by what is true, a closed one by what is wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from certification.signing import follow_up_answers, gate_answers
from certification.signing.case import Case
from certification.signing.gate_answers import Answer


@dataclass(frozen=True)
class Gate:
    slug: str
    title: str
    problem: str
    """The title while the gate is closed."""
    ask: Callable[[Case], Answer]
    advises: Callable[[Case], bool] = lambda case: False
    """True when it only advises in this event."""
    reads_records: bool = False
    """True when it reads every record, which the home page does only when nothing else is in the
    way.
    """
    needs_current_year: bool = False
    """True when its cure is possible in the current school year alone."""


@dataclass(frozen=True)
class Verdict:
    gate: Gate
    answer: Answer
    is_advice: bool

    @property
    def blocks(self) -> bool:
        return not self.answer.passed and not self.is_advice

    @property
    def title(self) -> str:
        return self.gate.title if self.answer.passed else self.answer.problem or self.gate.problem

    @property
    def words(self) -> str:
        """Title and sentence, for the form's errors and the refusal."""
        return f"{self.title}: {self.answer.sentence}"


def gates_of(case: Case) -> list[Gate]:
    """Those that the event's collection names."""
    return [gate for gate in GATES if gate.slug in case.collection.gates]


def verdicts(case: Case) -> list[Verdict]:
    """Every gate's answer, in the order in which people work them off."""
    return [Verdict(gate, answer(gate, case), gate.advises(case)) for gate in gates_of(case)]


def answer(gate: Gate, case: Case) -> Answer:
    """The gate's answer. In a year that is over nothing can be changed, sent or run: where that
    would be the cure, only OPI can help.
    """
    gate_answer = gate.ask(case)
    if gate_answer.passed or not case.district_event.finishing or not gate.needs_current_year:
        return gate_answer
    over = (
        f"{case.scope.school_year} is over: records can be neither changed nor sent. Contact OPI."
    )
    return Answer(False, over, problem=gate_answer.problem)


def in_the_way(case: Case) -> list[Verdict]:
    """The closed gates that the home page names. Gates that read every record are asked only when
    no other one is closed.
    """
    for reads in (False, True):
        all_verdicts = [
            Verdict(gate, answer(gate, case), gate.advises(case))
            for gate in gates_of(case)
            if gate.reads_records is reads
        ]
        if closed_gates := missing(all_verdicts):
            return closed_gates
    return []


def missing(verdicts_of_case: list[Verdict]) -> list[Verdict]:
    return [verdict for verdict in verdicts_of_case if verdict.blocks]


GATES = (
    Gate("open", "Certification is open", "Certification is not open", gate_answers.is_open),
    Gate(
        "certifiers",
        "Primary certifiers",
        "No Primary certifier has signed in",
        gate_answers.certifiers,
    ),
    Gate(
        "quiet", "No upload or resync running", "An upload or resync is running", gate_answers.quiet
    ),
    Gate(
        "drawn",
        "List drawn from the certified records",
        "The list is not drawn from certified records",
        follow_up_answers.drawn,
        reads_records=True,
    ),
    Gate(
        "resolved",
        "Every difference with a file resolved",
        "Differences with a file to resolve",
        follow_up_answers.resolved,
    ),
    Gate(
        "sent",
        "Records and roster data sent to the state",
        "Changes not sent to the state",
        gate_answers.sent,
        needs_current_year=True,
    ),
    Gate(
        "outcomes",
        "Every outcome and leaver sent to the state",
        "Outcomes or leavers not sent to the state",
        follow_up_answers.outcomes_sent,
    ),
    Gate(
        "match",
        "District and state match",
        "District and state differ",
        gate_answers.match,
        reads_records=True,
        needs_current_year=True,
    ),
    Gate(
        "report",
        "Certification report run at state",
        "Certification report not run at state",
        gate_answers.report,
        needs_current_year=True,
    ),
    Gate(
        "errors",
        "No open errors",
        "Errors to fix",
        gate_answers.errors,
        reads_records=True,
        needs_current_year=True,
    ),
    Gate(
        "warnings",
        "Every warning has a reason",
        "Warnings without a reason",
        gate_answers.warnings,
        reads_records=True,
        needs_current_year=True,
    ),
    Gate(
        "tried",
        "Every leaver answered or tried",
        "Leavers to be called",
        follow_up_answers.tried,
        reads_records=True,
    ),
    Gate(
        "contacted",
        "Every date contacted is in the window",
        "Dates contacted to correct",
        follow_up_answers.contacted,
        reads_records=True,
    ),
    Gate(
        "waited",
        "60 minutes since a complete resync",
        "Less than 60 minutes since a complete resync",
        gate_answers.waited,
        gate_answers.only_advises,
    ),
)
