import datetime

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('reports', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='reportrun',
            name='boundaries',
            field=models.DateField(default=datetime.date(2025, 7, 1)),
            preserve_default=False,
        ),
    ]
