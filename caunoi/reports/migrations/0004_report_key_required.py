from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reports", "0003_first_versions")]

    operations = [
        migrations.AlterField(
            model_name="reportrun", name="key", field=models.CharField(max_length=32, unique=True)
        ),
    ]
