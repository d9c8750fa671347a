#!/usr/bin/env bash
# Two patients' numbers become one when a word stands in the same column.
#
# Versions: adbc-driver-sqlite and adbc-driver-manager 1.13.0 with pyarrow 26.0.1 from PyPI. Seen on 2026-11-28.
# Guess: a column of answers of several types (SQLite allows it, and a table of events keeps them so) comes into Arrow as text, each number
#   in full, or is refused.
# Seen: it is text, but if one value in the batch is a fraction and another a word, every number is printed with seven digits:
#   20261127 and 20261128 are both "2.026113e+07", and 38.4999999 is "3.850000e+01". The same integers are given in full when no fraction is
#   among them, and as numbers when no word is: what is read of one row depends on which other rows are there.
#   The driver documents that it guesses a type from the first rows; not that it rounds.
# Who would care: an analyst who exports a record by Arrow: dates as YYYYMMDD and patient numbers run together, a temperature just below
#   the threshold is on it, and a test on a table without an "unknown" in it shows nothing. Read such columns with the database's own
#   module, or CAST in the query.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv v
v/bin/pip install -q adbc-driver-sqlite==1.13.0 adbc-driver-manager==1.13.0 pyarrow==26.0.1 >install.log 2>&1 || { cat install.log >&2; exit 2; }
cat >try.py <<'END'
import sqlite3

import adbc_driver_sqlite.dbapi

database = sqlite3.connect("record.db")
database.execute("CREATE TABLE events (asked TEXT, answer)")
database.executemany(
    "INSERT INTO events VALUES (?, ?)",
    [("day", 20261127), ("day", 20261128), ("temperature", 38.4999999), ("temperature", 38.5), ("leg", "not known")],
)
database.commit()
with adbc_driver_sqlite.dbapi.connect("file:record.db") as connection, connection.cursor() as cursor:
    for name, chosen in [("all", "1"), ("no fraction", "typeof(answer) <> 'real'"), ("no word", "typeof(answer) <> 'text'")]:
        cursor.execute(f"SELECT answer FROM events WHERE {chosen} ORDER BY rowid")
        print(f"{name}:", cursor.fetch_arrow_table()["answer"].to_pylist())
print("sqlite3:", [row[0] for row in database.execute("SELECT answer FROM events ORDER BY rowid")])
END
v/bin/python try.py >seen
diff -u - seen <<'END'
all: ['2.026113e+07', '2.026113e+07', '3.850000e+01', '3.850000e+01', 'not known']
no fraction: ['20261127', '20261128', 'not known']
no word: [20261127.0, 20261128.0, 38.4999999, 38.5]
sqlite3: [20261127, 20261128, 38.4999999, 38.5, 'not known']
END
echo "still so"
