"""The batches that send: a district's resync, that of all districts, and OPI's lists
(Plug.batch_kinds).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.models import User
from cte_portal.batches.job import CannotRun, Job, Outcome
from cte_portal.batches.kinds import Kind
from cte_portal.batches.models import STATEWIDE, Batch, Status
from cte_portal.batches.statewide.statewide import for_each_district
from cte_portal.batches.submit import submit
from cte_portal.editions import Scope
from cte_portal.ui.wording import number_of
from pathways.certified import certified
from pathways.lists.publish import is_published, publish
from pathways.models import District, SchoolYear, StateCopy
from pathways.resync.comparison import Comparison
from pathways.resync.object_types import BY_NAME, NAMES, in_order
from pathways.resync.resync import resync

TITLE = "Resync State Data"
MOST_SHOWN = 200  # rows of a type that were left out


def submit_resync(
    scope: Scope,
    names: tuple[str, ...],
    *,
    by: User,
    key: str = "",
    notify: bool = False,
    limited: bool = True,
) -> Batch:
    chosen = in_order({*names, "District"})
    subject = (
        "All types" if chosen == NAMES else ", ".join(name for name in chosen if name != "District")
    )
    return submit(
        "resync",
        by=by,
        title=TITLE,
        subject=subject,
        scope=scope,
        options={"types": list(chosen)},
        key=key,
        notify=notify,
        limited=limited,
    )


def submit_resync_of_all(
    end_year: int,
    names: tuple[str, ...],
    *,
    by: User,
    key: str = "",
    notify: bool = False,
    limited: bool = True,
) -> Batch:
    scope = Scope("", end_year)
    return submit(
        "resync-all",
        by=by,
        title=f"{TITLE} – all districts",
        scope=scope,
        options={"types": list(names)},
        key=key,
        notify=notify,
        limited=limited,
    )


def run_resync(job: Job) -> None:
    names = tuple(job.batch.options["types"])
    job.step("Publishing OPI's lists")
    if (
        job.batch.about_id is None or not is_published()
    ):  # the batch of all districts has done it for its children
        publish()
    job.step("Comparing and sending")

    def before_commit() -> None:
        _demand_sendable(job.scope)  # once more, with the district held
        job.hold()

    with job.finishing():
        batch = job.batch
        _may_be_sent(job)
        copy = resync(
            job.scope,
            names,
            batch=batch.pk,
            attempt=batch.attempt,
            by=batch.submitted_name,
            before_commit=before_commit,
        )
        certified().data_changed(job.scope)
        job.outcome = outcome(copy, names)


def _may_be_sent(job: Job) -> None:
    """Refuse a batch that waited until its school year was over, and one that would replace data
    which a district has still to sign.

    An attempt that finds its own rows at the state has only its result left to write.
    """
    copy = StateCopy.objects.in_short(job.scope.district)
    if copy is not None and copy.batch == job.batch.pk:
        return
    _demand_sendable(job.scope)


def _demand_sendable(scope: Scope) -> None:
    if not SchoolYear.objects.filter(end_year=scope.end_year, is_active=True).exists():
        raise CannotRun(
            f"{scope.school_year} is no longer the current school year. Nothing was sent."
        )
    if sentence := certified().holds_sending(scope):
        raise CannotRun(sentence)


def outcome(copy: StateCopy, names: tuple[str, ...]) -> Outcome:
    """Read from what stands at the state, so that an attempt that comes after the state's commit
    says the same.
    """
    objects = [
        {"type": name, **{key: copy.objects_sent[name][key] for key in ("processed", "errors")}}
        for name in in_order(names)
    ]
    errors = sum(sent["errors"] for sent in objects)
    if errors:
        rows = "1 row was" if errors == 1 else f"{errors:,} rows were"
        sentence = (
            f"{rows} left out because what they need is not at the state. Send that too, or correct"
            " the rows."
        )
    elif "Student" in names and not copy.objects_sent["Student"]["processed"]:
        sentence = (
            "There were no students to send. This district has no students in the portal yet."
        )
    elif in_order(names) == NAMES:
        sentence = "Everything was sent to the state."
    else:
        sentence = "The chosen types were sent to the state. A complete resync sends all types."
    refused = {name: rows[:MOST_SHOWN] for name, rows in copy.refused.items() if name in names}
    return Outcome(
        sentence,
        with_errors=bool(errors),
        result={"objects": objects, "generation": copy.generation, "refused": refused},
    )


def run_resync_of_all(job: Job) -> None:
    if not SchoolYear.objects.filter(end_year=job.scope.end_year, is_active=True).exists():
        raise CannotRun(f"{job.scope.school_year} is no longer the current school year.")
    job.step("Publishing OPI's lists")
    publish()
    numbers = District.objects.order_by("number").values_list("number", flat=True)
    names = job.batch.options["types"]
    ended = for_each_district(
        job, "resync", numbers, stage="Sending", title=TITLE, options={"types": names}
    )
    whole = ended[Status.COMPLETED]
    rest = sum(ended.values()) - whole
    words = f"{number_of(whole, 'district')} sent."
    job.outcome = Outcome(
        f"{words} {rest:,} with errors or not sent: open them below." if rest else words,
        with_errors=bool(rest),
        result={"ended": ended},
    )


def run_publish(job: Job) -> None:
    job.step("Publishing OPI's lists")
    written = publish()
    certified().rules_changed()
    job.outcome = Outcome(f"{number_of(written, 'row')} of OPI's lists sent to the state.")


def publish_again() -> None:
    """Queue the publishing again that failed, or that a state taken from a backup has lost
    (Plug.daily).
    """
    batches = Batch.objects.filter(kind=PUBLISH.name)
    if batches.filter(status=Status.FAILED).put_back() or batches.live().exists() or is_published():
        return
    if last := batches.order_by("queued_at").last():
        batches.filter(pk=last.pk).put_back()


def result(batch: Batch, query: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
    """The template and the context of a finished resync's page."""
    comparison = Comparison(Scope(batch.district, int(batch.end_year or 0)))
    sent, left_out = batch.result.get("objects", []), []
    errors = {entry["type"]: entry["errors"] for entry in sent}
    for name, rows in batch.result.get("refused", {}).items():
        kind = BY_NAME[name]
        lines = comparison.lines(kind, [key for key, _ in rows])
        lines_with_reason = [(line, reason) for line, (_, reason) in zip(lines, rows, strict=True)]
        left_out.append(
            (name, lines_with_reason, errors[name] if errors[name] > len(lines_with_reason) else 0)
        )
    return "pathways/resync/resync_result.html", {"sent": sent, "left_out": left_out}


SEND = Capability.SEND_RECORDS
RESYNC = Kind(
    name="resync",
    run=run_resync,
    capability=SEND,
    in_turn=True,
    noun="resync",
    result=result,
    # True also of a batch that ended between the state's commit and its own.
    changes_nothing="Resync State Data shows what is at the state.",
)
RESYNC_ALL = Kind(
    name="resync-all",
    run=run_resync_of_all,
    queue=STATEWIDE,
    capability=Capability.WORK_STATEWIDE,
    unit="district",
    changes_nothing="Some districts were sent to the state. The others are unchanged.",
)
PUBLISH = Kind(name="publish", run=run_publish, hidden=True, noun="OPI's lists to the state")
