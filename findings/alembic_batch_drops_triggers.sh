#!/usr/bin/env bash
# A migration takes the lock off an append-only table, and nothing says so.
#
# Versions: Alembic 1.20.1 with SQLAlchemy 2.1.9 from PyPI, on the SQLite of Python's sqlite3. Seen on 2026-11-28.
# Guess: a table that keeps answers is guarded by two triggers that refuse UPDATE and DELETE. Widening one of its columns
#   with batch_alter_table, which is how Alembic alters anything on SQLite, keeps the triggers or refuses.
# Seen: the table is copied, dropped and renamed. Both triggers are gone. There is no warning (warnings are errors below), the
#   same UPDATE that was refused before now changes the answer, and a later autogenerate sees no difference, because it never
#   looks at triggers. The guide speaks of constraints that the copy can miss; of triggers it says nothing.
# Who would care: whoever keeps patients' answers in SQLite and relies on triggers for "written once". After an ordinary upgrade
#   a nurse's or patient's answer can be overwritten without a trace, and no test of the old schema notices. Create the triggers
#   again after every batch, and have a test refuse an UPDATE on a database that went through all migrations.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv v
v/bin/pip install -q alembic==1.20.1 sqlalchemy==2.1.9 >install.log 2>&1 || { cat install.log >&2; exit 2; }
cat >try.py <<'END'
import warnings

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations

warnings.simplefilter("error")
engine = sa.create_engine("sqlite://")
with engine.connect() as connection:

    def run(text):
        try:
            connection.exec_driver_sql(text)
            return "done"
        except sa.exc.IntegrityError as refused:
            return f"refused: {refused.orig}"

    def triggers():
        return connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").scalars().all()

    run("CREATE TABLE answers (id INTEGER NOT NULL PRIMARY KEY, answer VARCHAR(20) NOT NULL)")
    for what in ("UPDATE", "DELETE"):
        run(f"CREATE TRIGGER no_{what.lower()} BEFORE {what} ON answers BEGIN SELECT RAISE(ABORT, 'written once'); END")
    run("INSERT INTO answers VALUES (1, 'both_legs')")
    print("before:", triggers(), run("UPDATE answers SET answer = 'none'"))

    context = MigrationContext.configure(connection)
    with Operations(context).batch_alter_table("answers") as batch:
        batch.alter_column("answer", type_=sa.String(40), existing_nullable=False)

    print("after: ", triggers(), run("UPDATE answers SET answer = 'none'"))
    print("kept:  ", connection.exec_driver_sql("SELECT answer FROM answers").scalar())
    wanted = sa.MetaData()
    sa.Table("answers", wanted, sa.Column("id", sa.Integer, primary_key=True), sa.Column("answer", sa.String(40), nullable=False))
    print("autogenerate finds:", compare_metadata(context, wanted))
END
v/bin/python try.py >seen
diff -u - seen <<'END'
before: ['no_update', 'no_delete'] refused: written once
after:  [] done
kept:   none
autogenerate finds: []
END
echo "still so"
