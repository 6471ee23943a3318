from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def know_from_the_start(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """What definitions were before their last change was not kept until now: those of today count for all the time
    before, so that whatever was asked and linked to stays answerable."""
    for name in ("DataElement", "Indicator"):
        apps.get_model("facts", name).objects.update(known_from=0)


class Migration(migrations.Migration):
    dependencies = [
        ("facts", "0007_relations_known_from"),
        ("audit", "0004_past_rows"),
    ]

    operations = [migrations.RunPython(know_from_the_start, migrations.RunPython.noop)]
