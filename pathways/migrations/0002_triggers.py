"""History is append-only and locked collections are not written: held by the District edition's triggers."""

from django.db import migrations

from pathways.triggers import TRIGGERS


class Migration(migrations.Migration):
    dependencies = [("pathways", "0001_initial")]

    operations = [migrations.RunPython(TRIGGERS.install, TRIGGERS.remove, hints={"lives_in": "DISTRICT"})]
