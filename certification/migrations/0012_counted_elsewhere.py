"""A sealed outcome says whether OPI counted the student in another district. SQLite builds the table
anew, so its triggers are put there again.
"""

from django.db import migrations, models

from certification.triggers import OUTCOME_TRIGGERS
from cte_portal.triggers import RunStatements


class Migration(migrations.Migration):
    dependencies = [
        ("certification", "0011_what_the_provider_said"),
    ]

    operations = [
        RunStatements(OUTCOME_TRIGGERS.remove, OUTCOME_TRIGGERS.install),
        migrations.AddField(
            model_name="sealedoutcome",
            name="counted_elsewhere",
            field=models.BooleanField(default=False, verbose_name="Counted elsewhere"),
        ),
        RunStatements(OUTCOME_TRIGGERS.install, OUTCOME_TRIGGERS.remove),
    ]
