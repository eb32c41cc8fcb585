from django.db import migrations, models

from pathways.models.elements.element import key_of


def name_the_keys(apps, schema_editor):
    """Elements that were defined before keys were: each has the key of its name."""
    Element = apps.get_model("pathways", "Element")
    for element in Element.objects.order_by("pk"):
        own = Element.objects.filter(district=element.district)
        element.key = key_of(element.name, own.values_list("key", flat=True))
        element.save(update_fields=["key"])


class Migration(migrations.Migration):

    dependencies = [
        ("pathways", "0025_outcome_differences"),
    ]

    operations = [
        migrations.AddField(
            model_name="element",
            name="key",
            field=models.CharField("Key", max_length=60, default="", db_default="", editable=False),
        ),
        migrations.RunPython(
            name_the_keys, migrations.RunPython.noop, hints={"lives_in": "DISTRICT"}
        ),
        migrations.AddConstraint(
            model_name="element",
            constraint=models.UniqueConstraint(
                fields=["district", "key"],
                condition=~models.Q(key=""),
                name="pathways_element_key_is_its_districts_only_one",
                violation_error_message="This district already has an element with this key.",
            ),
        ),
    ]
