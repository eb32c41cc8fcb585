"""A roster upload whose worker is killed at any step: the district is as it was before, until
another worker has brought it where it is after (R-IMP-19).
"""

from __future__ import annotations

import pytest

from tests.live.conftest import Portal, wait

STUDENTS = 20
KINDS = {
    "School": 1,
    "Calendar": 1,
    "Student": STUDENTS,
    "Enrollment": STUDENTS,
    "Course": 1,
    "Section": 1,
    "Roster": STUDENTS,
}
STEPS = [
    "roster-read kill",
    "roster-staged kill 4",
    "roster-planned kill 5",
    "roster-applied kill",
    "roster-applied kill 7",
    "roster-reported kill",
    "after-the-commit kill",
]


def files(number: int) -> dict[str, str]:
    """A school of its own with everything in it, so that every row is new."""
    school, state_ids = f"{7000 + number}", [f"998{number:03}{n:03}" for n in range(STUDENTS)]
    section = f"{school},W1,2025,001,1"
    texts = {
        "schools": [
            "School Number,School Name,Calendar Number,End Year",
            f"{school},Lost,001,2025",
        ],
        "students": [
            "Student State ID,Last Name,First Name,Birth Date,Gender",
            *(f"{state_id},Last,First,01/31/2007,F" for state_id in state_ids),
        ],
        "enrollments": [
            "Student State ID,School Number,Calendar Number,End Year,Service Type,Grade,Start Date",
            *(f"{state_id},{school},001,2025,P,12,08/21/2024" for state_id in state_ids),
        ],
        "courses": [
            "School Number,Course Number,Course Name,Credits",
            f"{school},W1,Welding,1.00",
        ],
        "sections": [
            "School Number,Course Number,End Year,Calendar Number,Section Number",
            section,
        ],
        "rosters": [
            "School Number,Course Number,End Year,Calendar Number,Section Number,Student State ID",
            *(f"{section},{state_id}" for state_id in state_ids),
        ],
    }
    return {f"{name}.csv": "\n".join(lines) + "\n" for name, lines in texts.items()}


@pytest.mark.parametrize("step", STEPS)
def test_a_worker_killed_at_a_step_of_a_roster_loses_and_doubles_nothing(
    step: str, live: Portal
) -> None:
    """R-IMP-19. Were anything half-written, the second attempt would find rows unchanged."""
    live.fault.write_text(step)
    key = live.ask("submit_roster", files=files(STEPS.index(step)))
    wait(lambda: not live.fault.exists())
    row = live.ended(key)
    assert row["attempt"] == (1 if step.startswith("after-the-commit") else 2)
    new = {counts["type"]: counts["new"] for counts in row["result"]["objects"]}
    assert new == KINDS
    assert live.ask("roster_state", key=key) == {
        kind: [number] * 3 for kind, number in KINDS.items()
    }


def test_of_two_imports_of_a_district_the_second_waits_and_is_tested_anew(live: Portal) -> None:
    """R-IMP-20: both were tested on the same state, a free worker is there, and the first has read
    its file.
    """
    live.start("second-worker")  # it needs the time of the tests to come
    sent = [files(20), files(21)]
    tests = [live.ended(live.ask("submit_roster", files=each, work="validate")) for each in sent]
    since = tests[0]["result"]["cursor"]
    assert tests[1]["result"]["cursor"] == since
    paused = live.fault.with_suffix(".paused")
    try:
        live.fault.write_text("roster-read pause 200")
        first = live.ask("submit_roster", files=sent[0], since=since)
        wait(paused.exists)
        lease = live.ask("look", key=first)["lease"]
        second = live.ask("submit_roster", files=sent[1], since=since)
        for _ in range(4):  # the second is offered to the workers again meanwhile
            elsewhere = live.ask("submit_extract", district="0965")
            assert live.ended(elsewhere)["status"] == "completed"
        assert live.ask("look", key=second)["status"] == "queued"
        wait(lambda: live.ask("look", key=first)["lease"] > lease)  # it is renewed
        paused.unlink()
        saved = live.ended(first)
        # A lease that nobody renews ends, and another worker's is later than it as well.
        assert saved["attempt"] == 1 and saved["result"]["saved"]
        tested_anew = live.ended(second)
        assert "The district's data changed after the test" in tested_anew["sentence"]
        assert not tested_anew["result"]["saved"]
        assert live.ask("roster_state", key=second)["Student"] == [0, 0, 0]
        again = live.ask("submit_roster", files=sent[1], since=tested_anew["result"]["cursor"])
        assert live.ended(again)["result"]["saved"]
        assert live.ask("roster_state", key=again)["Student"] == [STUDENTS] * 3
    finally:
        paused.unlink(missing_ok=True)
        live.kill("second-worker")


def test_until_another_worker_takes_it_the_district_is_as_it_was(live: Portal) -> None:
    """R-IMP-19: killed with everything written and nothing committed."""
    live.fault.write_text("roster-reported kill-all")
    key = live.ask("submit_roster", files=files(len(STEPS)))
    wait(lambda: not live.fault.exists())
    live.kill("worker")
    assert live.ask("roster_state", key=key) == {kind: [0, 0, 0] for kind in KINDS}
    live.start("worker")
    assert live.ended(key)["attempt"] == 2
    assert live.ask("roster_state", key=key)["Roster"] == [STUDENTS] * 3
