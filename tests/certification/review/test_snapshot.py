"""Review Snapshot, changes since the last seal, the lists behind the figures and the explanations
(R-04, R-05, O-21).
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from certification.collections.chosen import collection_of
from certification.collections.collection import Collection, Row
from certification.collections.end_of_year import END_OF_YEAR
from certification.collections.fall.description import FALL
from certification.collections.fall.leaver_lists import NOT_PLACED
from certification.collections.figures import CREDITS, counts_of
from certification.models import CertificationEvent, Recertification
from certification.recertification import recertification
from certification.review.changes import changes
from certification.review.snapshot import is_unusual, sections, snapshot_of
from certification.review.suppression import suppressed
from certification.signing.notes import NotesForm
from certification.status.status import event_of
from cte_portal.accounts.models import User
from cte_portal.editions import Scope, school_year_label
from cte_portal.ui.bars import WIDTH, bars
from cte_portal.ui.wording import number_of
from pathways.ledger import canonical
from pathways.models import CollectionLock, Explanation, Pathway, Student
from pathways.reports.leavers.rows import OutcomeRow
from tests.certification.collections.test_figures import DAY, ROW, canonical_row
from tests.certification.either import COLLECTIONS, both, both_events, ready, ready_with
from tests.certification.ready import Ready
from tests.certification.ready_fall import LOOKING
from tests.fixtures.certification import make_event, make_event_of, make_round, seal_records
from tests.fixtures.examples import examples
from tests.fixtures.quick.standing import stands
from tests.fixtures.records import BUSINESS, FINANCE, HEALTH, District_
from tests.pathways.desk import dense

__all__ = ["ready"]


def text(answer: Any) -> str:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return " ".join(content.decode().split())


def sealed_year(end_year: int = 2024, **values: Any) -> CertificationEvent:
    return make_event(end_year=end_year, name=f"End of Year {end_year}", **values)


@pytest.fixture
def district(cottonwood: District_, state_edition: Any) -> District_:
    """Nine students enrolled last year and this; last year is sealed with two of their records."""
    cottonwood.approve(FINANCE)
    for number in range(9):
        student = cottonwood.student(f"99900012{number}", "Alder", f"Nr{number}")
        cottonwood.enroll(student, 2024, grade="11")
        if number < 2:
            cottonwood.record(student, HEALTH)
    state_edition()
    seal_records(make_round(sealed_year()), Scope("9012", 2024))
    return cottonwood


def page(event: CertificationEvent, *parts: str) -> str:
    return f"/districts/9012/2025/event-certification/{event.pk}/" + "".join(
        f"{part}/" for part in parts
    )


@pytest.mark.parametrize(
    ("now", "before", "unusual"),
    [
        (74, 41, True),
        (26, 20, True),
        (25, 20, False),
        (5, 0, False),
        (6, 0, True),
        (0, 6, True),
        (0, 5, False),
        (94, 100, False),
        (9, None, False),
    ],
)
def test_r_04_more_than_a_quarter_and_more_than_five_students_is_unusual(
    now: int, before: int | None, unusual: bool
) -> None:
    assert is_unusual(now, before) is unusual


def test_r_04_what_is_unusual_is_a_setting(settings: Any) -> None:
    settings.UNUSUAL_PERCENT, settings.UNUSUAL_STUDENTS = 80, 1
    assert is_unusual(19, 10) and not is_unusual(74, 42)


@settings(max_examples=examples(80), deadline=None)
@given(now=st.lists(ROW, max_size=8), before=st.lists(ROW, max_size=8))
def test_r_04_every_group_of_either_year_has_one_line_with_both_numbers(
    now: list[dict[str, Any]], before: list[dict[str, Any]]
) -> None:
    here, there = (counts_of(map(canonical_row, records)) for records in (now, before))
    lines = sections(END_OF_YEAR, here, there, "2023-24")
    assert [figure.now for figure in lines[0].figures] == [
        here["totals"][name] for name in ("concentrators", "participants", "single_parents")
    ]
    by_pathway = {
        figure.slug.removeprefix("pathways-"): (figure.now, figure.before)
        for figure in lines[1].figures
    }
    for code in ("01", "10", "17"):
        numbers = tuple(
            len({record["state_id"] for record in records if record["pathway_code"] == code})
            for records in (now, before)
        )
        assert by_pathway.get(code, (0, 0)) == numbers
        assert (code in by_pathway) == any(numbers)
    assert all(
        0 <= bar <= WIDTH
        for section in lines
        for figure in section.figures
        for bar in (figure.bars.now, figure.bars.before or 0)
    )


def test_r_06_bars_share_a_scale_and_what_is_not_nothing_is_seen() -> None:
    assert [(bar.now, bar.before) for bar in bars([(296, 271), (1, 0), (0, None)])] == [
        (118, 108),
        (1, 0),
        (0, None),
    ]


@pytest.fixture
@stands
def nine(
    request: pytest.FixtureRequest, cottonwood: District_, event: CertificationEvent, clerk: User
) -> Ready:
    """Nine students with records, or nine leavers; nothing is prepared."""
    ready = ready_with(request.param, cottonwood, event, clerk)
    for number in range(9):
        ready.record(cottonwood.student(f"99900012{number}", "Alder", f"Nr{number}"))
    return ready


both_nine = pytest.mark.parametrize("nine", COLLECTIONS, indirect=True)


@both_nine
def test_r_04_without_an_earlier_seal_it_says_so_and_flags_nothing(
    client: Client, clerk: User, nine: Ready
) -> None:
    client.force_login(clerk)
    assert "Nothing has been sent to the state yet" in text(client.get(f"{nine.path}snapshot/"))
    nine.prepare()
    words = text(client.get(f"{nine.path}snapshot/"))
    before = school_year_label(nine.event.end_year - 1)
    assert f"There is no sealed copy of {before} to compare with." in words
    assert "Unusual</span>" not in words
    counted = {"cte-eoy": "9 participants", "cte-fall": "9 graduates, 0 dropouts, 9 answered"}
    assert counted[nine.event.collection] in words


@both_nine
def test_r_04_what_is_not_at_the_state_is_not_counted(
    client: Client, clerk: User, nine: Ready
) -> None:
    nine.prepare()
    client.force_login(clerk)
    student = Student.objects.get(state_id="999000128")
    before, after = {
        "cte-eoy": ("0 concentrators, 9 participants", "1 concentrator, 8 participants"),
        "cte-fall": ("9 placed, 0 unknown", "8 placed, 0 unknown"),
    }[nine.event.collection]
    if nine.event.collection == "cte-fall":
        CHANGES["cte-fall"](nine, student)
    else:
        nine.change(student, concentrator=True)
    assert before in text(client.get(f"{nine.path}snapshot/"))
    nine.send()
    assert after in text(client.get(f"{nine.path}snapshot/"))


def otherwise_than_before(ready: Ready) -> None:
    """A year earlier all nine were participants, or placed; now they are concentrators, or still
    looking.
    """
    ready.prepare()
    earlier = make_event_of(
        ready.event.collection, end_year=ready.event.end_year - 1, name="The year before"
    )
    seal_records(make_round(earlier), ready.scope.at_state())
    for student in Student.objects.filter(last_name="Alder"):
        if ready.event.collection == "cte-fall":
            CHANGES["cte-fall"](ready, student)
        else:
            ready.change(student, concentrator=True, in_district_credits=Decimal("2.50"))
    ready.send()


COMPARED = {
    "cte-eoy": (
        (
            "9 concentrators (+9 since 2023-24), 0 participants (−9 since 2023-24), 0 single"
            " parents (unchanged since 2023-24)."
        ),
        "Concentrators: 9, 0 in 2023-24 (new)",
        "Health Professions: 9, 9 in 2023-24 (0.0%)",
        "2023-24, certified",
    ),
    "cte-fall": (
        (
            "9 graduates (unchanged since 2022-23), 0 dropouts (unchanged since 2022-23), 9"
            " answered (unchanged since 2022-23), 0 placed (−9 since 2022-23), 0 unknown"
            " (unchanged since 2022-23)."
        ),
        "Not placed, seeking work: 9, 0 in 2022-23 (new)",
        "Health Professions: 9, 9 in 2022-23 (0.0%)",
        "2022-23, certified",
    ),
}
MEASURED = {
    "cte-eoy": ("concentrators", "Cottonwood Bend High School: 9, 0 in 2023-24 (new)"),
    "cte-fall": ("placed", "Cottonwood Bend High School: 0, 9 in 2022-23 (−100.0%)"),
}


@both_nine
def test_r_04_this_year_beside_the_last_sealed_one(
    client: Client, clerk: User, nine: Ready
) -> None:
    otherwise_than_before(nine)
    client.force_login(clerk)
    words = text(client.get(f"{nine.path}snapshot/"))
    for wanted in (*COMPARED[nine.event.collection], "State edition as sent on", "Unusual</span>"):
        assert wanted in words, wanted
    measure, wanted = MEASURED[nine.event.collection]
    assert wanted in text(client.get(f"{nine.path}snapshot/?count={measure}"))
    assert client.get(f"{nine.path}snapshot/?count=teachers").status_code == 404


SAID = {
    "cte-eoy": ("participants", "Participants: 0, 9 in 2023-24 (−100.0%)"),
    "cte-fall": ("placed", "Placed: 0, 9 in 2022-23 (−100.0%)"),
}


@both_nine
def test_r_04_a_signer_may_say_why(nine: Ready) -> None:
    """What is as it was is not asked about."""
    otherwise_than_before(nine)
    district_event = event_of(nine.scope, nine.event.pk)
    assert district_event is not None
    snapshot = snapshot_of(district_event)
    slug, words = SAID[nine.event.collection]
    unusual = {figure.slug for figure in snapshot.unusual}
    assert slug in unusual and not {"schools-0001", "genders-F"} & unusual
    form = NotesForm(
        {f"note-{slug}": " A new teacher. ", "note-elsewhere": "ignored"}, snapshot=snapshot
    )
    assert form.is_valid()
    assert form.notes() == [{"figure": words, "note": "A new teacher."}]
    long = NotesForm({f"note-{slug}": "x" * 501}, snapshot=snapshot)
    assert not long.is_valid() and "500 characters" in str(long.errors)


# --- changed since last certification


def records_of_one_edition(records: list[dict[str, Any]]) -> list[Row]:
    """One record a student and pathway; what belongs to the student is the same in each."""
    own: dict[str, dict[str, Any]] = {}
    groups = {}
    for sealed in records:
        student = own.setdefault(
            sealed["state_id"],
            {name: sealed[name] for name in ("grade", "gender", "school_number")},
        )
        groups[sealed["state_id"], sealed["pathway_code"]] = canonical_row({**sealed, **student})
    return list(groups.values())


LEAVER = st.fixed_dictionaries(
    {
        "state_id": st.sampled_from(["999000123", "999000124", "999000125"]),
        "gender": st.sampled_from(["F", "M"]),
        "school_number": st.sampled_from(["0001", "0002"]),
        "exit": st.sampled_from(["graduate", "dropout"]),
        "pathways": st.sampled_from(["", "01 Agriculture", "01 Agriculture\n10 Health"]),
        "status": st.sampled_from(["", "01", "06"]),
        "date_contacted": st.sampled_from([None, DAY]),
        "attempts": st.integers(0, 2),
        "counted_elsewhere": st.booleans(),
    }
)


def leavers_of_one_edition(leavers: list[dict[str, Any]]) -> list[Row]:
    """One line a student."""
    lines = {leaver["state_id"]: leaver for leaver in leavers}
    names = dict.fromkeys(OutcomeRow._fields, "")
    fixed = {"birth_date": DAY, "exit_date": DAY, "end_year": 2024}
    flags = {"is_answered": False, "is_placed": False, "required_attempts": False}
    return [OutcomeRow(**{**names, **fixed, **flags, **line}) for line in lines.values()]


EDITIONS: dict[
    str,
    tuple[
        Collection,
        st.SearchStrategy[dict[str, Any]],
        Callable[[list[dict[str, Any]]], list[Row]],
    ],
] = {
    "cte-eoy": (END_OF_YEAR, ROW, records_of_one_edition),
    "cte-fall": (FALL, LEAVER, leavers_of_one_edition),
}


def but_for_a_cell(
    rows: list[dict[str, Any]], drawn: st.SearchStrategy[dict[str, Any]]
) -> st.SearchStrategy[list[dict[str, Any]]]:
    """The same rows, one of which has another value in one field."""
    if not rows:
        return st.just([])
    return st.builds(
        lambda at, name, other: [*rows[:at], {**rows[at], name: other[name]}, *rows[at + 1 :]],
        st.integers(0, len(rows) - 1),
        st.sampled_from(list(rows[0])),
        drawn,
    )


@pytest.mark.parametrize("collection", COLLECTIONS)
@settings(max_examples=examples(120), deadline=None)
@given(data=st.data())
def test_r_05_nothing_differs_exactly_when_the_canonical_texts_are_the_same(
    collection: str, data: st.DataObject
) -> None:
    own, drawn, rows = EDITIONS[collection]
    before = data.draw(st.lists(drawn, max_size=6))
    after = data.draw(st.one_of(st.lists(drawn, max_size=6), but_for_a_cell(before, drawn)))
    now, other = rows(before), rows(after)
    changed = changes(own, now, other, same_year=True)
    same = sorted(map(canonical.line, now)) == sorted(map(canonical.line, other))
    assert (changed == []) is same
    ids = {row["state_id"] for row in before}, {row["state_id"] for row in after}
    assert {change.state_id for change in changed if change.kind == "added"} == ids[1] - ids[0]
    assert {change.state_id for change in changed if change.kind == "removed"} == ids[0] - ids[1]


def test_r_05_added_removed_and_changed_students_with_before_and_after(
    client: Client,
    clerk: User,
    viewer: User,
    event: CertificationEvent,
    district: District_,
    state_edition: Any,
) -> None:
    seal_records(make_round(event), district.scope.at_state())
    first, second, third = Student.objects.filter(
        state_id__in=["999000120", "999000121", "999000122"]
    ).order_by("state_id")
    district.record(first, HEALTH, in_district_credits=Decimal("2.25"), concentrator=True)
    district.record(third, BUSINESS)
    second.enrollments.filter(calendar__school_year_id=2025).delete()
    state_edition()
    event.rounds.create(
        district="9012",
        number=2,
        opened_at=timezone.now(),
        opened_by="LUND, OLA",
        reason="Correction",
    )
    Recertification.objects.create(
        event=event,
        district="9012",
        origin="district",
        sealed_round=event.rounds.get(number=1),
        opened_round=event.rounds.get(number=2),
        reason="Credits",
        status="approved",
        asked_at=timezone.now(),
        asked_by="DOE, JANE",
        asked_by_id=1,
    )
    client.force_login(clerk)
    words = text(client.get(page(event, "changes")))
    assert "compared with" in words and "9012-2025-EOY-1" in words
    assert (
        "<strong>All 3</strong>" in words
        and "Added 1" in words
        and "Removed 1" in words
        and "Changed 1" in words
    )
    assert 'data-label="Before">1.50</td><td data-label="After"><strong>2.25</strong>' in dense(
        words
    )
    assert 'data-label="Before">No</td><td data-label="After"><strong>Yes</strong>' in dense(words)
    assert "the whole record" in words and "Participant, 1.50 credits" in words
    removed = text(client.get(page(event, "changes") + "?kind=removed"))
    assert "ALDER, NR1" in removed and "ALDER, NR0" not in removed
    assert client.get(page(event, "changes") + "?kind=moved").status_code == 404
    file = text(client.get(page(event, "changes", "file")))
    assert (
        '999000120,"ALDER, NR0",Changed,Health Professions,In District Credits Earned,1.50,2.25'
        in file
    )
    client.force_login(viewer)
    assert "Download CSV" not in text(client.get(page(event, "changes")))
    assert client.get(page(event, "changes", "file")).status_code == 403


def test_r_05_the_first_round_is_compared_with_last_year_without_what_moves_on(
    client: Client, clerk: User, event: CertificationEvent, district: District_, state_edition: Any
) -> None:
    client.force_login(clerk)
    words = text(client.get(page(event, "changes")))
    assert "9012-2024-EOY-1" in words and "Nothing differs" in words, (
        "everybody has moved up a grade, and that is all"
    )
    district.record(Student.objects.get(state_id="999000125"), BUSINESS)
    state_edition()
    assert "Added 1" in text(client.get(page(event, "changes")))


@both
def test_r_05_without_any_seal(client: Client, clerk: User, ready: Ready) -> None:
    client.force_login(clerk)
    assert "No sealed copy to compare with" in text(client.get(f"{ready.path}changes/"))


# --- the lists behind the figures


def test_the_lists_hold_as_many_students_as_the_figures_say(
    client: Client,
    clerk: User,
    viewer: User,
    event: CertificationEvent,
    district: District_,
    state_edition: Any,
) -> None:
    both = Student.objects.get(state_id="999000120")
    district.record(both, BUSINESS, concentrator=True, in_district_credits=Decimal("2.50"))
    state_edition()
    client.force_login(clerk)
    concentrators, participants = (
        text(client.get(page(event, "lists", slug))) for slug in ("concentrators", "participants")
    )
    assert "<span>1 student</span>" in concentrators and "ALDER, NR0" in concentrators
    assert "Business Management" in concentrators and "Health Professions" not in concentrators, (
        "the pathways that say Yes"
    )
    assert (
        "<span>1 student</span>" in participants
        and "ALDER, NR1" in participants
        and "ALDER, NR0" not in participants
    )
    file = client.get(page(event, "lists", "concentrators", "file"))
    assert (
        "999000120,,Alder,Nr0,12,Cottonwood Bend High School,Business Management,2.50,No"
        in text(file)
    )
    assert "9012 2025.csv" in file["Content-Disposition"]
    assert client.get(page(event, "lists", "teachers")).status_code == 404
    client.force_login(viewer)
    assert client.get(page(event, "lists", "concentrators", "file")).status_code == 403


LISTED = {
    "cte-eoy": {"concentrators": 1, "participants": 8},
    "cte-fall": {"placed": 8, NOT_PLACED: 1, "unknown": 0},
}


@both_nine
def test_each_list_holds_whom_its_figure_counts(
    client: Client, clerk: User, viewer: User, nine: Ready
) -> None:
    nine.prepare()
    apart = Student.objects.get(state_id="999000123")
    if nine.event.collection == "cte-fall":
        CHANGES["cte-fall"](nine, apart)
    else:
        nine.change(apart, concentrator=True, in_district_credits=Decimal("2.50"))
    nine.send()
    client.force_login(clerk)
    for slug, number in LISTED[nine.event.collection].items():
        listed = text(client.get(f"{nine.path}lists/{slug}/"))
        assert listed.count("ALDER, NR") == number, slug
        assert not number or number_of(number, "student") in listed
        assert ("ALDER, NR3" in listed) == (number == 1), slug
        file = text(client.get(f"{nine.path}lists/{slug}/file/"))
        assert file.count("99900012") == number, slug
    assert client.get(f"{nine.path}lists/teachers/").status_code == 404
    client.force_login(viewer)
    assert client.get(f"{nine.path}lists/{slug}/file/").status_code == 403


@both
def test_a_name_leads_to_the_students_page_of_the_collection(
    client: Client, clerk: User, opi: User, ready: Ready, kayla: Student
) -> None:
    listed = {"cte-eoy": "participants", "cte-fall": "placed"}[ready.event.collection]
    client.force_login(clerk)
    address = ready.locked_pages(kayla)[0]
    assert f'<a href="{address}">' in text(client.get(f"{ready.path}lists/{listed}/"))
    client.force_login(opi)
    is_open = client.get(address).status_code != 403
    words = text(client.get(f"{ready.path}lists/{listed}/"))
    assert ("/cte-" in words.split("<tbody")[1].split("</tbody")[0]) is is_open


@both
def test_lists_and_figures_of_a_certified_event_are_the_sealed_ones(
    client: Client, clerk: User, opi: User, ready: Ready, kayla: Student
) -> None:
    ready.sign()
    CollectionLock.objects.all().delete()  # otherwise nothing else could come to stand there
    CHANGES[ready.event.collection](ready, kayla)
    ready.send()
    client.force_login(clerk)
    listed, after = {
        "cte-eoy": ("participants", "Business Management"),
        "cte-fall": (NOT_PLACED, "Not placed, seeking work"),
    }[ready.event.collection]
    for address in (f"{ready.path}snapshot/", f"{ready.path}lists/{listed}/"):
        words = text(client.get(address))
        assert ready.receipt in words and after not in words, address
    recertification.demand(ready.scope, ready.event.pk, by=opi, reason="Look", findings=[])
    assert after in text(client.get(f"{ready.path}snapshot/"))


CHANGES: dict[str, Callable[[Any, Student], None]] = {
    "cte-eoy": lambda ready, student: ready.record(student, BUSINESS),
    "cte-fall": lambda ready, student: ready.set_outcome(student, LOOKING),
}


@both
def test_r_05_a_change_since_the_seal_stands_with_before_and_after(
    client: Client, clerk: User, viewer: User, opi: User, ready: Ready, kayla: Student
) -> None:
    ready.sign()
    recertification.demand(ready.scope, ready.event.pk, by=opi, reason="Look", findings=[])
    ready.change(kayla, in_district_credits=Decimal("2.25"), concentrator=True)
    ready.send()
    client.force_login(clerk)
    words = dense(text(client.get(f"{ready.path}changes/")))
    before, after = {
        "cte-eoy": ("1.50", "2.25"),
        "cte-fall": ("Contact", "Screen"),
    }[ready.event.collection]
    assert ready.receipt in words and "Changed 1" in words
    assert f'data-label="Before">{before}</td><td data-label="After"><strong>{after}<' in words
    file = text(client.get(f"{ready.path}changes/file/"))
    assert kayla.state_id in file and before in file and after in file
    client.force_login(viewer)
    assert client.get(f"{ready.path}changes/file/").status_code == 403


def test_explanations_name_warning_student_and_reason(
    client: Client, clerk: User, event: CertificationEvent, district: District_
) -> None:
    client.force_login(clerk)
    assert "No warning has been explained" in text(client.get(page(event, "explanations")))
    Explanation.objects.create(
        rule="CTE-213",
        district="9012",
        end_year=2025,
        state_id="999000120",
        pathway_id=Pathway.objects.get(name=HEALTH).pk,
        value="x",
        reason="The approval is on its way.",
        by="MARTIN, CHERYL",
        at=timezone.now(),
    )
    words = text(client.get(page(event, "explanations")))
    assert "The approval is on its way." in words and "ALDER, NR0" in words and "CTE-213" in words
    sealed = {
        "rule": "CTE-213",
        "state_id": "999000121",
        "pathway": HEALTH,
        "value": "x",
        "reason": "As sealed.",
        "by": "DOE, JANE",
        "at": datetime.datetime(2025, 6, 1, tzinfo=datetime.UTC).isoformat(),
    }
    seal_records(make_round(event), district.scope.at_state(), explanations=[sealed])
    words = text(client.get(page(event, "explanations")))
    assert "As sealed." in words and "The approval is on its way." not in words


def test_o_21_small_groups_are_not_shown_outside_the_district() -> None:
    assert [suppressed(number) for number in (0, 1, 5, 6, 1234)] == ["0", "*", "*", "6", "1,234"]


@both_events
def test_an_event_of_another_year_or_a_draft_has_no_such_pages(
    client: Client, clerk: User, cottonwood: District_, event: CertificationEvent
) -> None:
    listed = collection_of(event).lists.titles
    place = f"/districts/9012/{event.end_year}/event-certification"
    client.force_login(clerk)
    pages = ("snapshot", "changes", "explanations", f"lists/{next(iter(listed))}")
    for name in pages:
        assert client.get(f"{place}/{event.pk}/{name}/").status_code == 200, name
    earlier = make_event_of(event.collection, end_year=event.end_year - 1)
    CertificationEvent.objects.filter(pk=event.pk).update(status="draft", published_at=None)
    for hidden in (event, earlier):
        for name in pages:
            assert client.get(f"{place}/{hidden.pk}/{name}/").status_code == 404, name


CREDITLESS = dict.fromkeys(CREDITS, Decimal(0))


def test_a_grade_that_only_last_year_had_stands_in_its_place() -> None:
    """FR-223: Grade 12, then Grade 7, because nobody is in grade 7 this year."""

    def counts(*grades: str) -> dict[str, Any]:
        return counts_of(
            canonical_row(
                {
                    "state_id": f"99900012{at}",
                    "gender": "F",
                    "grade": grade,
                    "school_number": "0001",
                    "pathway_code": "01",
                    **CREDITLESS,
                }
            )
            for at, grade in enumerate(grades)
        )

    (grades,) = [
        section
        for section in sections(
            END_OF_YEAR, counts("08", "12"), counts("07", "KG", "12"), "2023-24"
        )
        if section.title == "By grade"
    ]
    assert [figure.label for figure in grades.figures] == [
        "Grade KG",
        "Grade 7",
        "Grade 8",
        "Grade 12",
    ]
