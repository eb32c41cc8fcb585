"""What was done stays as it was written: held by the District edition's triggers."""

from django.db import migrations

from cte_portal.accounts.triggers import TRIGGERS


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_audit_and_invitations")]

    operations = [migrations.RunPython(TRIGGERS.install, TRIGGERS.remove)]
