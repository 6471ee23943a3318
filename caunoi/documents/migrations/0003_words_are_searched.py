from django.db import migrations

SQLITE = [
    # The columns of the table it follows; no positions, since nobody searches for phrases.
    """CREATE VIRTUAL TABLE documents_search USING fts5(
        head, body, reach, content='documents_documenttext', content_rowid='document_id', detail='column', prefix='2 3'
    )""",
    # The way of FTS5 to follow a table: the old words are told when they go.
    """CREATE TRIGGER documents_search_added AFTER INSERT ON documents_documenttext BEGIN
        INSERT INTO documents_search(rowid, head, body, reach)
        VALUES (new.document_id, new.head, new.body, new.reach);
    END""",
    """CREATE TRIGGER documents_search_gone AFTER DELETE ON documents_documenttext BEGIN
        INSERT INTO documents_search(documents_search, rowid, head, body, reach)
        VALUES ('delete', old.document_id, old.head, old.body, old.reach);
    END""",
    """CREATE TRIGGER documents_search_changed AFTER UPDATE ON documents_documenttext BEGIN
        INSERT INTO documents_search(documents_search, rowid, head, body, reach)
        VALUES ('delete', old.document_id, old.head, old.body, old.reach);
        INSERT INTO documents_search(rowid, head, body, reach)
        VALUES (new.document_id, new.head, new.body, new.reach);
    END""",
]
SQLITE_BACK = [
    "DROP TRIGGER documents_search_added",
    "DROP TRIGGER documents_search_gone",
    "DROP TRIGGER documents_search_changed",
    "DROP TABLE documents_search",
]
# Words come folded and split already: 'simple' takes them as they are.
POSTGRESQL = [
    """ALTER TABLE documents_documenttext ADD COLUMN search tsvector GENERATED ALWAYS AS (
        setweight(to_tsvector('simple', head), 'A') || setweight(to_tsvector('simple', body), 'B')
        || setweight(to_tsvector('simple', reach), 'C')
    ) STORED""",
    "CREATE INDEX documents_search ON documents_documenttext USING gin (search)",
]
POSTGRESQL_BACK = ["ALTER TABLE documents_documenttext DROP COLUMN search"]


def make(apps, schema_editor):
    run(schema_editor, {"sqlite": SQLITE, "postgresql": POSTGRESQL})


def drop(apps, schema_editor):
    run(schema_editor, {"sqlite": SQLITE_BACK, "postgresql": POSTGRESQL_BACK})


def run(schema_editor, statements):
    for statement in statements[schema_editor.connection.vendor]:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("documents", "0002_official_documents")]

    operations = [migrations.RunPython(make, drop)]
