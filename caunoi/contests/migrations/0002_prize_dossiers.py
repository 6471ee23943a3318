import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('awards', '0001_dossiers_and_awards'),
        ('contests', '0001_contests'),
    ]

    operations = [
        migrations.CreateModel(
            name='PrizeDossier',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('prize', models.CharField(max_length=80)),
                ('contest', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='prize_dossiers', to='contests.contest')),
                ('dossier', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='awards.dossier')),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.AddConstraint(
            model_name='prizedossier',
            constraint=models.UniqueConstraint(fields=('contest', 'prize'), name='contest_prize_dossier_once'),
        ),
    ]
