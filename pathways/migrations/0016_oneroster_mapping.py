"""Where the numbers stand in a system's OneRoster exports, as a person confirmed it, and which of its ids mean which row."""

import django.db.models.deletion
import pathways.models.author
from django.db import migrations, models

from cte_portal.triggers import RunStatements
from pathways.triggers import ONEROSTER_MAPPING


class Migration(migrations.Migration):

    dependencies = [
        ('pathways', '0015_end_statuses'),
    ]

    operations = [
        migrations.CreateModel(
            name='OneRosterMapping',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('district', models.CharField(max_length=4)),
                ('source', models.CharField(blank=True, max_length=100)),
                ('state_id_place', models.CharField(max_length=100)),
                ('local_id_place', models.CharField(blank=True, max_length=100)),
                ('section_rule', models.CharField(choices=[('code', 'The whole class code'), ('after', 'What follows the last hyphen, period, slash, or space of the class code'), ('id', "The class's sourcedId")], max_length=5)),
                ('second_school', models.CharField(choices=[('S', 'Partial'), ('N', 'Special Ed Services'), ('O', 'Other')], max_length=1)),
                ('share', models.PositiveSmallIntegerField()),
                ('by', models.CharField(max_length=120)),
                ('by_id', models.BigIntegerField(null=True)),
                ('at', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(fields=['district', 'source'], name='oneroster_mapping_of_source')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state_id_place', ''), _negated=True), name='pathways_oneroster_state_id_has_a_place', violation_error_message='Choose where the State ID is.'), models.CheckConstraint(condition=models.Q(('section_rule__in', ['code', 'after', 'id'])), name='pathways_oneroster_section_rule_is_known'), models.CheckConstraint(condition=models.Q(('second_school__in', ['S', 'N', 'O'])), name='pathways_oneroster_second_school_is_known')],
            },
            bases=(pathways.models.author.Authored, models.Model),
        ),
        migrations.CreateModel(
            name='SourceLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('district', models.CharField(max_length=4)),
                ('source', models.CharField(blank=True, max_length=100)),
                ('kind', models.CharField(choices=[('student', 'Student'), ('section', 'Section')], max_length=7)),
                ('external', models.CharField(max_length=255)),
                ('row', models.BigIntegerField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('district', 'source', 'kind', 'external'), name='pathways_source_link_is_one_an_id'), models.CheckConstraint(condition=models.Q(('kind__in', ['student', 'section'])), name='pathways_source_link_kind_is_known')],
            },
        ),
        migrations.CreateModel(
            name='OneRosterSchool',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org', models.CharField(max_length=255)),
                ('name', models.CharField(max_length=200)),
                ('number', models.CharField(blank=True, max_length=4)),
                ('calendar', models.CharField(blank=True, max_length=3)),
                ('mapping', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='schools', to='pathways.onerostermapping')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('mapping', 'org'), name='pathways_oneroster_school_is_mapped_once'), models.UniqueConstraint(condition=models.Q(('number', ''), _negated=True), fields=('mapping', 'number'), name='pathways_oneroster_school_number_is_used_once', violation_error_message='Two schools cannot have the same School Number.'), models.CheckConstraint(condition=models.Q(models.Q(('calendar', ''), ('number', '')), models.Q(models.Q(('number', ''), _negated=True), models.Q(('calendar', ''), _negated=True)), _connector='OR'), name='pathways_oneroster_school_has_a_calendar', violation_error_message='Enter the Calendar Number.')],
            },
        ),
        RunStatements(ONEROSTER_MAPPING.install, ONEROSTER_MAPPING.remove, hints={"lives_in": "DISTRICT"}),
    ]
