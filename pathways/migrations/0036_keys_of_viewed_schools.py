"""Each School Viewer is bound to the school that has the role's number today."""

from django.db import migrations
from django.db.models import OuterRef, Subquery


def bind(apps, schema_editor):
    School = apps.get_model("pathways", "School")
    schools = School.objects.filter(district=OuterRef("district"), number=OuterRef("school"))
    roles = apps.get_model("accounts", "Membership").objects.filter(role="school-viewer", school_key=None)
    roles.update(school_key=Subquery(schools.values("pk")[:1]))


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0017_roles_are_bound_to_a_schools_key"),
        ("pathways", "0035_held_lines"),
    ]

    operations = [
        migrations.RunPython(bind, migrations.RunPython.noop, hints={"lives_in": "DISTRICT"}),
    ]
