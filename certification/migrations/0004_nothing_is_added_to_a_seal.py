"""A sealed copy takes no further record."""

from django.db import migrations

from certification.triggers import TRIGGERS


class Migration(migrations.Migration):
    dependencies = [("certification", "0003_sealedrecord_fingerprint")]

    operations = [migrations.RunPython(TRIGGERS.install, TRIGGERS.install)]
