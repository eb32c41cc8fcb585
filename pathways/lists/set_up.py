"""OPI's desk: what has to be set up before districts can work, in the order in which it is done.

Higher layers add their steps by settings.PORTAL_SET_UP_STEPS: functions that take the active SchoolYear, or None, and give a HomeTask's fields
without its step.
"""

from __future__ import annotations

from django.db.models import Exists, OuterRef
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.access.scoped import can_statewide
from cte_portal.accounts.models import User
from cte_portal.editions import school_year_label
from cte_portal.registry import registered
from cte_portal.ui.navigation import HomeTask
from cte_portal.ui.wording import number_of
from pathways.models import Approval, District, Pathway, SchoolYear

SET_UP = "Set up the collection"


def steps(request: HttpRequest) -> list[HomeTask]:
    active = SchoolYear.objects.filter(is_active=True).first()
    districts = District.objects.count()
    keeps = can_statewide(request, Capability.KEEP_LISTS)
    found = [_school_years(active), _districts(districts, keeps), _pathways(active), _approvals(active, districts)]
    found += [more(active) for more in registered("PORTAL_SET_UP_STEPS")]
    if can_statewide(request, Capability.MANAGE_EVERYONE):
        found.append(_people(districts))
    return [HomeTask(step=str(number), **step) for number, step in enumerate(found, 1)]  # type: ignore[arg-type]


def _list(model: str) -> str:
    return reverse(f"admin:pathways_{model}_changelist")


def _school_years(active: SchoolYear | None) -> dict[str, object]:
    told = {"title": "School years", "path": (SET_UP, "School years"), "url": _list("schoolyear"), "next_label": "", "next_url": ""}
    if active is None:
        sentence = "Districts can enter records once there is a current year."
        return {**told, "status": ("problem", "No current year"), "sentence": sentence, "next_label": "Choose the current year"}
    if active.ends >= timezone.localdate():
        return {**told, "status": ("completed", "Set up"), "sentence": f"{active} is the current year."}
    following = school_year_label(active.end_year + 1)
    there = SchoolYear.objects.filter(end_year=active.end_year + 1).exists()
    return {
        **told,
        "status": ("warning", "Year is over"),
        "sentence": f"{active} ended on {active.ends:%m/%d/%Y}.",
        "next_label": f"Make {following} current" if there else f"Add {following}",
        "next_url": reverse("admin:pathways_schoolyear_change", args=[active.end_year + 1])
        if there
        else reverse("admin:pathways_schoolyear_add"),
    }


def _districts(districts: int, keeps: bool) -> dict[str, object]:
    return {
        "title": "Districts",
        "path": (SET_UP, "Districts"),
        "status": ("completed", "Set up") if districts else ("none", "Not yet started"),
        "sentence": f"{number_of(districts, 'district')}." if districts else "Add the school systems that report.",
        "url": _list("district"),
        "next_label": "Add districts from a file" if keeps else "",
        "next_url": reverse("districts-import"),
    }


def _pathways(active: SchoolYear | None) -> dict[str, object]:
    total = Pathway.objects.count()
    offered = Pathway.objects.offered_in(active.end_year).count() if active else 0
    return {
        "title": "Pathways",
        "path": (SET_UP, "Pathways"),
        "status": ("completed", "Set up") if offered else ("none", "Not yet started"),
        "sentence": f"{offered:,} of {total:,} are offered in {active}." if active else f"{total:,} on the list.",
        "url": _list("pathway"),
        "next_label": "",
    }


def _approvals(active: SchoolYear | None, districts: int) -> dict[str, object]:
    given = Approval.objects.filter(school_year=active).count() if active else 0
    without = District.objects.filter(~Exists(Approval.objects.filter(district=OuterRef("pk"), school_year=active))).count()
    if given and not without:
        status, sentence = ("completed", "Set up"), f"{given:,} approvals in {number_of(districts, 'district')}."
    elif given:
        status = ("progress", "In progress")
        sentence = f"{given:,} approvals; {without:,} district{' has' if without == 1 else 's have'} none."
    else:
        status, sentence = ("none", "Not yet started"), "Set which district may offer which pathway."
    return {
        "title": "Pathway approvals",
        "path": (SET_UP, "Pathway approvals"),
        "status": status,
        "sentence": sentence,
        "url": reverse("approvals"),
        "next_label": "Approve pathways" if districts and active and not (given and not without) else "",
    }


def _people(districts: int) -> dict[str, object]:
    people = User.objects.filter(is_active=True).count()
    waiting = User.objects.filter(is_active=True, last_login=None).count()
    return {
        "title": "People",
        "path": ("Run the portal", "People"),
        "status": ("completed", "Set up") if people > 1 else ("none", "Not yet started"),
        "sentence": f"{people:,} can sign in, {waiting:,} of them have never signed in."
        if people > 1
        else "Add a District Administrator for each district, who then adds the clerks.",
        "url": reverse("people"),
        "next_label": "Add people" if districts and people < 2 else "",
    }
