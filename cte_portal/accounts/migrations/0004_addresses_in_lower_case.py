"""Addresses are kept in lower case, and each by one account. Whoever shared one keeps account, password and roles, loses the address to
the one who used the portal last, and finds it in the history of the account. Nothing is taken back on the way down: the old code reads
lower case as well."""

import unicodedata

from django.db import migrations
from django.utils import timezone


def plain(address):
    return unicodedata.normalize("NFKC", address or "").strip().lower()


def tidy(apps, schema_editor):
    User, AuditEvent = apps.get_model("accounts", "User"), apps.get_model("accounts", "AuditEvent")
    known: dict[str, str] = {}
    users = User.objects.using(schema_editor.connection.alias)
    events = []
    for user in sorted(users.exclude(email=""), key=lambda user: (not user.is_active, -_used(user), user.pk)):
        address = plain(user.email)
        if address in known:
            events.append(_event(AuditEvent, user, address, known[address]))
            users.filter(pk=user.pk).update(email="")
            continue
        known[address] = user.username
        if address != user.email:
            users.filter(pk=user.pk).update(email=address)
    AuditEvent.objects.using(schema_editor.connection.alias).bulk_create(events)


def _used(user):
    return user.last_login.timestamp() if user.last_login else 0.0


def _event(AuditEvent, user, address, owner):
    name = f"{user.last_name}, {user.first_name}" if user.last_name and user.first_name else user.username
    return AuditEvent(
        at=timezone.now(),
        by="CTE PORTAL",
        by_id=0,
        kind="person",
        key=str(user.pk),
        name=f"{name.upper()[:120]} ({user.username})"[:200],
        operation="change",
        before={"E-mail": address},
        after={"E-mail": ""},
        reason=f"An address belongs to one account, and {owner} has this one too. Enter another address."[:200],
    )


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_audit_triggers")]

    operations = [migrations.RunPython(tidy, migrations.RunPython.noop)]
