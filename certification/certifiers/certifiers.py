"""Naming certifiers: every change of who signs for a district, each in one transaction with its
AuditEvent.

All of them hold the district's lock alone, so that nobody signs while it is being decided who must,
and nobody is named twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from certification.letters import letters
from certification.models import Certifier, Signature
from certification.models.certifier import TYPE, level_of
from cte_portal.accounts.models import AuditEvent, Deed, User
from cte_portal.accounts.models.user import UserQuerySet
from cte_portal.batches.letters.fate import Fate, fate_of
from cte_portal.batches.models import Batch
from cte_portal.editions import Scope
from cte_portal.folding import Folded
from cte_portal.prepared import filled_up, prepared
from cte_portal.refusals import Refusal
from cte_portal.words import text
from pathways.ledger.ledger import refusals_named
from pathways.ledger.locks import lock_district
from pathways.ledger.refusals import Busy
from pathways.models import District

Operation = AuditEvent.Operation


def eligible(district: str) -> UserQuerySet:
    """The district's people with an open account who are not on the list yet. Who has a role in a
    school alone cannot open what a certifier signs.
    """
    certifiers = Certifier.objects.of_district(district).values("user")
    people: UserQuerySet = User.objects.of_whole_district(district)
    return (
        people.filter(is_active=True)
        .exclude(pk__in=certifiers)
        .order_by(Folded("last_name"), Folded("first_name"), "username")
    )


def add(
    scope: Scope, *, person: User, level: str, job_title: str, by: User, mail: bool
) -> Certifier:
    """Name a person. The same naming sent twice is one; raises Refusal for somebody who is on the
    list or not of the district.
    """
    with _deciding(scope):
        earlier = Certifier.objects.filter(district=scope.district, user=person).first()
        if earlier:
            if (earlier.level, earlier.job_title, earlier.is_active, earlier.version) == (
                level,
                job_title,
                True,
                1,
            ):
                return earlier
            raise Refusal(
                f"{person.record_name} is already on the list. Open the certifier there.",
                field="person",
            )
        if not eligible(scope.district).filter(pk=person.pk).exists():
            raise Refusal(
                f"{person.record_name} no longer has a role in this district, or the account is"
                " closed.",
                field="person",
            )
        certifier = Certifier.objects.create(
            district=scope.district, user=person, level=level, job_title=job_title
        )
        _record(certifier, Operation.ADD, {}, words(certifier), by)
        if mail and person.pk != by.pk:
            _invite(scope, certifier, by)
        elif person.pk == by.pk:
            certifier.accepted_at = timezone.now()
            certifier.save(update_fields=["accepted_at"])
    return certifier


def change(
    scope: Scope, pk: int, *, level: str, job_title: str, is_active: bool, seen: int, by: User
) -> bool:
    """Change a certifier as it was at version `seen`. False when it already is so; raises Refusal
    when somebody else was quicker.
    """
    with _deciding(scope):
        certifier = (
            Certifier.objects.select_for_update()
            .select_related("user")
            .get(pk=pk, district=scope.district)
        )
        before = words(certifier)
        level_before = certifier.level
        certifier.level, certifier.job_title, certifier.is_active = level, job_title, is_active
        if before == words(certifier):
            return False
        if certifier.version != seen:
            values_now = ", ".join(f"{label} {value}" for label, value in before.items())
            raise Refusal(
                f"Someone else changed this certifier after you opened it. It now says: {values_now}. Save"
                " again to replace it."
            )
        if level_before != level:
            _void(
                certifier, f"{certifier.name} was made {certifier.get_level_display()} certifier."
            )
        certifier.version += 1
        certifier.save()
        _record(certifier, Operation.CHANGE, before, words(certifier), by)
    return True


def invite(scope: Scope, pk: int, *, seen: int, by: User) -> None:
    """Mail the invitation. A double click mails one."""
    with _deciding(scope):
        certifier = (
            Certifier.objects.select_for_update()
            .select_related("user")
            .get(pk=pk, district=scope.district)
        )
        if certifier.version != seen:
            if Batch.objects.filter(
                idempotency_key=f"{by.pk}:letter:{_key(certifier, seen)}"
            ).exists():
                return
            raise Refusal(
                "Someone else changed this certifier after you opened it. Check it again, then send"
                " the invitation."
            )
        if not Certifier.objects.active().filter(pk=pk).exists():
            raise Refusal("Only an active certifier with a role in this district can be invited.")
        _invite(scope, certifier, by)


def accept(scope: Scope, person: User) -> bool:
    """The person takes the task on. False for somebody who is not an active certifier of the
    district.
    """
    with _deciding(scope):
        certifier = (
            Certifier.objects.select_for_update()
            .filter(district=scope.district, user=person, is_active=True)
            .first()
        )
        if certifier is None:
            return False
        if certifier.accepted_at is None:
            certifier.accepted_at = timezone.now()
            certifier.save(update_fields=["accepted_at"])
            _record(certifier, Operation.CHANGE, {"Accepted": "No"}, {"Accepted": "Yes"}, person)
    return True


def districts_of(person: User) -> list[str]:
    """The districts in which the person is an active certifier. Such an account opens by a link to
    its confirmed address (Plug.certifies_in).
    """
    return sorted(Certifier.objects.active().filter(user=person).values_list("district", flat=True))


def words(certifier: Certifier) -> dict[str, str]:
    """A certifier as people read it, by the labels of the form."""
    return {
        "Certifier": certifier.get_level_display(),
        "Job title": certifier.job_title,
        "Active": text(certifier.is_active),
    }


@contextmanager
def _deciding(scope: Scope) -> Iterator[None]:
    try:
        with refusals_named(), transaction.atomic():
            lock_district(scope, exclusive=True)
            yield
    except Busy as error:
        raise Refusal(
            "Someone else is saving or signing in this district right now. Nothing was saved. Save"
            " again."
        ) from error


def _void(certifier: Certifier, reason: str) -> None:
    """A signature at the other level does not count any more."""
    Signature.objects.standing().filter(certifier=certifier, round__status="open").update(
        voided_at=timezone.now(), void_reason=reason
    )


def _key(certifier: Certifier, version: int) -> str:
    return f"certifier:{certifier.pk}:{version}"


def _invite(scope: Scope, certifier: Certifier, by: User) -> None:
    letters.queue(
        "certifier",
        f"CTE Portal: you are a certifier of {TYPE}",
        to=certifier.user,
        by=by,
        scope=scope,
        path=reverse("type-membership-setup", args=[scope.district, scope.end_year]),
        key=_key(certifier, certifier.version),
        facts={
            "by": by.full_name,
            "level": certifier.get_level_display(),
            "district": _district(scope.district),
            "type": TYPE,
        },
    )
    certifier.invited_at, certifier.invited_by = timezone.now(), by.record_name
    certifier.version += 1
    certifier.save(update_fields=["invited_at", "invited_by", "version"])
    _record(certifier, Operation.CHANGE, {}, {"Invitation": "written"}, by)


def fate_of_invitation(certifier: Certifier) -> Fate:
    """What became of the newest invitation."""
    batches = Batch.objects.filter(
        kind=letters.KIND,
        district=certifier.district,
        options__template="certifier",
        options__to=certifier.user_id,
    )
    return fate_of(batches.order_by("-queued_at").first())


def _district(number: str) -> str:
    return f"{number} {District.objects.values_list('name', flat=True).get(pk=number)}"


def _record(
    certifier: Certifier,
    operation: AuditEvent.Operation,
    before: dict[str, str],
    after: dict[str, str],
    by: User,
) -> None:
    deed = Deed(
        "certifier",
        f"{certifier.district}/{certifier.user_id}",
        certifier.name,
        operation,
        before,
        after,
        certifier.district,
    )
    AuditEvent.objects.record([deed], by=by)


def active_certifiers(district: str) -> list[Certifier]:
    """Those who count, Primary first, with their accounts."""
    certifiers: list[Certifier] = _active(district)
    keys = filled_up(tuple(certifier.user_id for certifier in certifiers))
    people = {person.pk: person for person in (_people(keys) if keys else [])}
    for certifier in certifiers:
        certifier.user = people[certifier.user_id]
    return certifiers


@prepared
def _active(district: str) -> QuerySet[Certifier]:
    return Certifier.objects.of_district(district).active().listed().select_related(None)


@prepared
def _people(keys: tuple[int, ...]) -> QuerySet[User]:
    return User.objects.filter(pk__in=keys)


def known_certifiers(district: str, known: dict[Any, Any]) -> list[Certifier]:
    """The active ones, Primary first, with their accounts; asked once for a page."""
    key = (known_certifiers, district)
    if key not in known:
        known[key] = active_certifiers(district)
    certifiers: list[Certifier] = known[key]
    return certifiers


def office(district: str, person: User) -> str:
    """The title of a certifier beside the user group; empty for anybody else (Plug.offices)."""
    for (level,) in level_of(district, person.pk):
        return f"{Certifier.Level(level).label} certifier"
    return ""
