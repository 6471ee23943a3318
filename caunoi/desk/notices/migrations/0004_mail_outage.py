import django.db.models.expressions
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('notices', '0003_notices_of_ratings_and_awards'),
    ]

    operations = [
        migrations.CreateModel(
            name='MailOutage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateTimeField()),
                ('tried_at', models.DateTimeField()),
                ('problem', models.TextField()),
                ('over_at', models.DateTimeField(null=True)),
            ],
            options={
                'ordering': ['-id'],
                'constraints': [models.UniqueConstraint(models.Value(1), condition=models.Q(('over_at__isnull', True)), name='mail_outage_one_open')],
            },
        ),
    ]
