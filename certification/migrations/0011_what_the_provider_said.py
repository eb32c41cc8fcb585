"""A signature keeps what the identity provider said of it; earlier ones hold nothing. The column may
be empty, so that SQLite does not rebuild a table that triggers guard.
"""

from django.db import migrations, models

from certification.triggers import PROOF_TRIGGERS
from cte_portal.triggers import RunStatements


class Migration(migrations.Migration):
    dependencies = [
        ("certification", "0010_single_sign_on"),
    ]

    operations = [
        migrations.AddField(
            model_name="signature",
            name="proof",
            field=models.JSONField(blank=True, null=True),
        ),
        RunStatements(PROOF_TRIGGERS.install, PROOF_TRIGGERS.remove),
    ]
