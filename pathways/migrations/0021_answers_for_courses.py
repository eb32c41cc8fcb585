"""A course is *not CTE*, or nobody has answered for it yet; its SCED code is kept. The history's triggers stand afterwards, whichever way it runs."""

from django.db import migrations, models

from cte_portal.triggers import RunStatements
from pathways.triggers import ROSTER_HISTORY


def _column(model: str, name: str, **more: object) -> migrations.AddField:
    field = models.CharField(blank=True, **{"default": "", **more})
    return migrations.AddField(model_name=model, name=name, field=field, preserve_default=model == "coursechange")


class Migration(migrations.Migration):
    dependencies = [("pathways", "0020_merged_rows")]

    operations = [
        RunStatements(RunStatements.noop, ROSTER_HISTORY.install, hints={"lives_in": "DISTRICT"}),
        _column("course", "answer", verbose_name="CTE", max_length=7, choices=[("not-cte", "Not CTE")]),
        _column("course", "sced_area", verbose_name="SCED Subject Area", max_length=2),
        _column("course", "sced_course", verbose_name="SCED Course Identifier", max_length=3),
        migrations.AddConstraint(
            model_name="course",
            constraint=models.CheckConstraint(
                condition=models.Q(("answer", ""), models.Q(("answer", "not-cte"), ("pathway", None)), _connector="OR"),
                name="pathways_course_is_not_cte_or_has_a_pathway",
                violation_error_message="A course with a pathway is a CTE course.",
            ),
        ),
        _column("coursechange", "answer", max_length=7),
        _column("coursechange", "sced_area", max_length=2),
        _column("coursechange", "sced_course", max_length=3),
        RunStatements(ROSTER_HISTORY.install, RunStatements.noop, hints={"lives_in": "DISTRICT"}),
    ]
