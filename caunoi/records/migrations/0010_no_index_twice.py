import django.db.models.deletion
from django.db import migrations, models

# Each is the beginning of another index of its table: written with every record, and on PostgreSQL, as long as it has
# no statistics of a new table, chosen in the other's place, so that each sending read all versions of its form.
# By name and not by AlterField, which on SQLite would write the whole table anew.
GONE = {
    "records_submission_org_unit_id_8c85d6e4": ("records_submission", "org_unit_id"),
    "records_submissionversion_submission_id_2f3ec6c8": ("records_submissionversion", "submission_id"),
    "records_submissionversion_form_id_4b135f54": ("records_submissionversion", "form_id"),
    "records_repeatedinstance_form_id_6363db0e": ("records_repeatedinstance", "form_id"),
    "records_attachment_version_id_b349a183": ("records_attachment", "version_id"),
}
DROPPED = [f'DROP INDEX IF EXISTS "{name}"' for name in GONE]
MADE_AGAIN = [f'CREATE INDEX "{name}" ON "{table}" ("{column}")' for name, (table, column) in GONE.items()]


def points_at(model, **more):
    return models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to=model, **more)


class Migration(migrations.Migration):
    dependencies = [("records", "0009_stages_of_things")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(DROPPED, MADE_AGAIN)],
            state_operations=[
                migrations.AlterField(
                    "submission", "org_unit", points_at("places.orgunit", related_name="submissions")
                ),
                migrations.AlterField(
                    "submissionversion", "submission", points_at("records.submission", related_name="versions")
                ),
                migrations.AlterField(
                    "submissionversion",
                    "form",
                    points_at("forms.form", related_name="+", help_text="the submission's form"),
                ),
                migrations.AlterField("repeatedinstance", "form", points_at("forms.form", related_name="+")),
                migrations.AlterField(
                    "attachment", "version", points_at("records.submissionversion", related_name="attachments")
                ),
            ],
        )
    ]
