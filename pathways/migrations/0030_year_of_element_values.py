"""The history of element values says in which school year each was entered."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("pathways", "0029_newest_rows"),
    ]

    operations = [
        migrations.AddField(
            model_name="elementvaluechange",
            name="end_year",
            field=models.PositiveSmallIntegerField(null=True),
        ),
    ]
