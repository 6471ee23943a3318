from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def know_from_the_start(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """What was assigned before the last change was not kept until now: what is assigned today counts for all the time
    before, as it did whenever coverage was asked."""
    apps.get_model("forms", "Assignment").objects.update(known_from=0)


class Migration(migrations.Migration):
    dependencies = [("forms", "0005_forms_nobody_fills")]

    operations = [migrations.RunPython(know_from_the_start, migrations.RunPython.noop)]
