"""Names as people look for them and sort them, kept by the database beside the names themselves."""

from django.db import migrations, models

from cte_portal.folding import Folded
from cte_portal.triggers import RunStatements, lift, put_back


def folded(source):
    return models.GeneratedField(expression=Folded(models.F(source)), output_field=models.CharField(max_length=150), db_persist=True)


class Migration(migrations.Migration):
    dependencies = [("pathways", "0008_roster_decisions_on_records")]

    operations = [
        RunStatements(lift, put_back),
        migrations.RemoveIndex("student", "pathways_student_by_name"),
        migrations.AddField("student", "last_name_folded", folded("last_name")),
        migrations.AddField("student", "first_name_folded", folded("first_name")),
        migrations.AddField("student", "middle_name_folded", folded("middle_name")),
        migrations.AddIndex(
            "student",
            models.Index(
                fields=["district", "last_name_folded", "first_name_folded", "middle_name_folded", "state_id"], name="pathways_student_by_name"
            ),
        ),
        RunStatements(put_back, lift),
    ]
