"""What the records hold at the end of the last day (day.py), beside what its people
were told.
"""

from collections import Counter
from decimal import Decimal

from cte_portal.batches.models import Batch, Status
from pathways.models import Change, Participation

THROUGH = {Status.COMPLETED, Status.WITH_ERRORS}  # of an upload the good rows are saved


def faults_of(report, plan):
    """A sentence for each thing that is not as somebody was told."""
    return [*failed_pages(report), *wrong_saves(report, plan), *unfinished(report, plan)]


def failed_pages(report):
    for name, page in report["pages"].items():
        if page["failures"]:
            yield f"{name}: {page['failures']} requests failed: {page['reasons']}"


def wrong_saves(report, plan):
    """A save that was accepted is in the history once, in the version after the one that its clerk
    had seen; one that was refused is not; one without an answer may be. Nothing else is of these
    clerks, and each record is what its highest version says.
    """
    names = {clerk["name"] for clerk in plan["clerks"]}
    own = Change.objects.filter(by__in=names, pk__gt=plan["since"])
    changes = Counter(
        own.values_list("by", "student_id", "pathway_id", "version", "in_district_credits")
    )
    lawful = {"accepted": {1}, "refused": {0}, "unanswered": {0, 1}}
    for save in report["saves"]:
        place = save["by"], save["student"], save["pathway"], save["seen"] + 1
        times = changes.pop((*place, Decimal(save["credits"])), 0)
        if times not in lawful[save["outcome"]]:
            yield f"A save that was {save['outcome']} is in the history {times} times: {place}"
    for place in changes:
        yield f"A change that nobody reported: {place}"
    for student, pathway in set(own.values_list("student_id", "pathway_id")):
        image = Change.objects.of_record(student, pathway).latest("version")
        record = Participation.objects.get(student=student, pathway=pathway)
        if (record.version, record.in_district_credits) != (
            image.version,
            image.in_district_credits,
        ):
            yield f"A record is not its highest version: {student}, {pathway}"


def unfinished(report, plan):
    """Each district has sent a file and a resync, and both batches ended well."""
    reported = {job["district"]: job for job in report["jobs"]}
    for sender in plan["districts"]:
        job = reported.get(sender["district"], {"batches": [], "ended": None})
        statuses = list(
            Batch.objects.filter(pk__in=job["batches"]).values_list("kind", "status", "sentence")
        )
        ended_well = [status for _, status, _ in statuses if status in THROUGH]
        if not job["ended"] or len(ended_well) != 2:
            yield f"District {sender['district']} did not get through: {statuses}"
