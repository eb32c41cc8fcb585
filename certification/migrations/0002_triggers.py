"""What was signed and sealed stays: held by the District edition's triggers."""

from django.db import migrations

from certification.triggers import TRIGGERS


class Migration(migrations.Migration):
    dependencies = [("certification", "0001_initial")]

    operations = [migrations.RunPython(TRIGGERS.install, TRIGGERS.remove)]
