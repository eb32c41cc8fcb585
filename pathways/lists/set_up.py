"""OPI's desk: what has to be set up before districts can work, in the order in which it is done.

The apps' plugs add their steps (Plug.set_up_steps); all of them are numbered here.
"""

from __future__ import annotations

from dataclasses import replace

from django.db.models import Exists, OuterRef
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.access.reach import can_statewide
from cte_portal.accounts.models import User
from cte_portal.editions import school_year_label
from cte_portal.frame import HomeTask
from cte_portal.plugs import plugs
from cte_portal.ui.wording import number_of
from pathways.models import Approval, District, Pathway, School, SchoolYear

SET_UP = "Set up the collection"
JULY = 7  # in which a school year begins that is not on the list yet
MAKE_CURRENT = "make-current"
"""The address of a school year's form says so where the form comes with the year chosen as current.
"""


def steps(request: HttpRequest) -> list[HomeTask]:
    active = SchoolYear.objects.filter(is_active=True).first()
    districts = District.objects.count()
    keeps = can_statewide(request, Capability.KEEP_LISTS)
    tasks = [
        _school_years(active, is_fresh=not School.objects.exists()),
        _districts(districts, keeps),
        _pathways(active),
        _approvals(active, districts),
    ]
    end_year = active.end_year if active else None
    tasks += [step_of(end_year) for plug in plugs() for step_of in plug.set_up_steps]
    if can_statewide(request, Capability.MANAGE_EVERYONE):
        tasks.append(_people(districts))
    return [replace(task, step=str(number)) for number, task in enumerate(tasks, 1)]


def _list(model: str) -> str:
    return reverse(f"admin:pathways_{model}_changelist")


def _school_years(active: SchoolYear | None, *, is_fresh: bool) -> HomeTask:
    path, url = (SET_UP, "School years"), _list("schoolyear")
    if active is None:
        sentence = "Districts can enter records once there is a current year."
        return HomeTask(
            "",
            "School years",
            path,
            ("problem", "No current year"),
            sentence,
            url,
            "Choose the current year",
        )
    today = timezone.localdate()
    if active.ends >= today:
        return HomeTask(
            "", "School years", path, ("completed", "Set up"), f"{active} is the current year.", url
        )
    # Years come one after the other, but a portal without a school has nothing to carry over.
    year_of_today = SchoolYear.objects.filter(starts__lte=today, ends__gte=today).first()
    end_of_today = year_of_today.end_year if year_of_today else today.year + (today.month >= JULY)
    following = end_of_today if is_fresh else active.end_year + 1
    there = SchoolYear.objects.filter(end_year=following).exists()
    label = school_year_label(following)
    return HomeTask(
        step="",
        title="School years",
        path=path,
        status=("warning", "Year is over"),
        sentence=f"{active} ended on {active.ends:%m/%d/%Y}.",
        url=url,
        next_label=f"Make {label} current" if there else f"Add {label}",
        next_url=(
            reverse(
                "admin:pathways_schoolyear_change", args=[following], query={MAKE_CURRENT: "yes"}
            )
            if there
            else reverse("admin:pathways_schoolyear_add", query={MAKE_CURRENT: "yes"})
        ),
    )


def _districts(districts: int, keeps: bool) -> HomeTask:
    return HomeTask(
        step="",
        title="Districts",
        path=(SET_UP, "Districts"),
        status=("completed", "Set up") if districts else ("none", "Not yet started"),
        sentence=(
            f"{number_of(districts, 'district')}."
            if districts
            else "Add the school systems that report."
        ),
        url=_list("district"),
        next_label="Add districts from a file" if keeps else "",
        next_url=reverse("districts-import"),
    )


def _pathways(active: SchoolYear | None) -> HomeTask:
    total = Pathway.objects.count()
    offered = Pathway.objects.offered_in(active.end_year).count() if active else 0
    return HomeTask(
        step="",
        title="Pathways",
        path=(SET_UP, "Pathways"),
        status=("completed", "Set up") if offered else ("none", "Not yet started"),
        sentence=(
            f"{offered:,} of {total:,} are offered in {active}."
            if active
            else f"{total:,} on the list."
        ),
        url=_list("pathway"),
        next_label="",
    )


def _approvals(active: SchoolYear | None, districts: int) -> HomeTask:
    count = Approval.objects.filter(school_year=active).count() if active else 0
    without = District.objects.filter(
        ~Exists(Approval.objects.filter(district=OuterRef("pk"), school_year=active))
    ).count()
    if count and not without:
        status, sentence = (
            ("completed", "Set up"),
            f"{count:,} approvals in {number_of(districts, 'district')}.",
        )
    elif count:
        status = ("progress", "In progress")
        sentence = (
            f"{count:,} approvals; {without:,} district{' has' if without == 1 else 's have'} none."
        )
    else:
        status, sentence = (
            ("none", "Not yet started"),
            "Set which district may offer which pathway.",
        )
    return HomeTask(
        step="",
        title="Pathway approvals",
        path=(SET_UP, "Pathway approvals"),
        status=status,
        sentence=sentence,
        url=reverse("approvals"),
        next_label=(
            "Approve pathways" if districts and active and not (count and not without) else ""
        ),
    )


def _people(districts: int) -> HomeTask:
    people = User.objects.filter(is_active=True).count()
    waiting = User.objects.filter(is_active=True, last_login=None).count()
    return HomeTask(
        step="",
        title="People",
        path=("Run the portal", "People"),
        status=("completed", "Set up") if people > 1 else ("none", "Not yet started"),
        sentence=(
            f"{people:,} can sign in, {waiting:,} of them have never signed in."
            if people > 1
            else "Add a District Administrator for each district, who then adds the clerks."
        ),
        url=reverse("people"),
        next_label="Add people" if districts and people < 2 else "",
    )
