from django.db import migrations, models


def make_index(apps, schema_editor):
    """The databases keep their index of words by themselves, whoever writes the entries: one that could go out of step
    would hide things in silence."""
    if schema_editor.connection.vendor == "sqlite":
        for statement in SQLITE:
            schema_editor.execute(statement)
    elif schema_editor.connection.vendor == "postgresql":
        for statement in POSTGRESQL:
            schema_editor.execute(statement)


def drop_index(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        for name in ("added", "gone", "changed"):
            schema_editor.execute(f"DROP TRIGGER search_entry_{name}")
        schema_editor.execute("DROP TABLE search_words")


GONE = "INSERT INTO search_words(search_words, rowid, words) VALUES ('delete', old.id, old.words);"
ADDED = "INSERT INTO search_words(rowid, words) VALUES (new.id, new.words);"
SQLITE = [
    # Words are folded before they get here; `detail=none`: nobody asks where in a text a word stands.
    "CREATE VIRTUAL TABLE search_words USING fts5(words, content='search_searchentry', content_rowid='id',"
    " tokenize='unicode61 remove_diacritics 0', detail='none')",
    f"CREATE TRIGGER search_entry_added AFTER INSERT ON search_searchentry BEGIN {ADDED} END",
    f"CREATE TRIGGER search_entry_gone AFTER DELETE ON search_searchentry BEGIN {GONE} END",
    f"CREATE TRIGGER search_entry_changed AFTER UPDATE ON search_searchentry BEGIN {GONE} {ADDED} END",
]
POSTGRESQL = [
    "ALTER TABLE search_searchentry ADD COLUMN indexed tsvector GENERATED ALWAYS AS"
    " (to_tsvector('simple', words)) STORED",
    "CREATE INDEX search_entry_words ON search_searchentry USING gin (indexed)",
]


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="SearchEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("unit", "Đơn vị"),
                            ("entity", "Mục trong sổ theo dõi"),
                            ("person", "Tài khoản"),
                        ],
                        max_length=8,
                    ),
                ),
                ("thing_id", models.BigIntegerField()),
                (
                    "org_unit_id",
                    models.BigIntegerField(help_text="of an account none: its roles say where", null=True),
                ),
                ("words", models.TextField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("kind", "thing_id"), name="search_entry_once")],
            },
        ),
        migrations.CreateModel(
            name="SearchWord",
            fields=[("word", models.CharField(max_length=60, primary_key=True, serialize=False))],
        ),
        migrations.RunPython(make_index, drop_index, elidable=False),
    ]
