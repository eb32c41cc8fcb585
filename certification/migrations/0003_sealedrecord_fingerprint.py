from django.db import migrations, models

from certification.triggers import TRIGGERS


class Migration(migrations.Migration):
    dependencies = [("certification", "0002_triggers")]

    operations = [
        migrations.AddField(
            model_name="sealedrecord",
            name="fingerprint",
            field=models.CharField(default="", max_length=64),
            preserve_default=False,
        ),
        migrations.RunPython(TRIGGERS.install, TRIGGERS.install),
    ]
