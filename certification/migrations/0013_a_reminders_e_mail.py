"""A reminder knows its e-mail, so that OPI sees whether that has left."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("certification", "0012_counted_elsewhere"),
    ]

    operations = [
        migrations.AddField(
            model_name="reminder",
            name="letter",
            field=models.CharField(blank=True, default="", max_length=80),
        ),
    ]
