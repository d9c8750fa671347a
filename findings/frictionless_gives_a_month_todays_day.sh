#!/usr/bin/env bash
# The same table of months, read tomorrow, holds other dates.
#
# Versions: frictionless 5.21.0 with python-dateutil 2.9.0.post0 from PyPI (Table Schema / Data Package). Seen on 2026-11-28.
# Guess: a date column of format "any", meant for files whose dates are written in several ways, refuses "2026-11", or takes it as the first
#   of November.
# Seen: the parts that are not written are taken from the day on which the file is read. On 2026-11-28 "2026-11" was 28 November and
#   "2025" was 28 November 2025. A temperature in the wrong column, 38.5, is a day in 2038. Validation calls the file valid, and
#   nothing in the output differs from a date that was written in full. The standard calls "any" a guess of the library, so the guess is
#   documented, but not that it changes with the day.
# Who would care: an analyst who reads "end of chemotherapy" from a registry that gives months gets days since then that change with every
#   run, and people move in and out of "within six weeks" although nothing new was entered; a month that has not come yet can
#   be given a day that is past. A date of which a part is missing is a span of days; a reader that cannot say so should refuse it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv v
v/bin/pip install -q frictionless==5.21.0 python-dateutil==2.9.0.post0 >install.log 2>&1 || { cat install.log >&2; exit 2; }
cat >try.py <<'END'
import datetime

from frictionless import Resource, Schema

schema = Schema.from_descriptor({"fields": [{"name": "ended", "type": "date", "format": "any"}]})
with open("patients.csv", "w") as file:
    file.write("ended\n2026-11-05\n5 Nov 2026\n2026-10\n2025\n38.5\n")
resource = Resource(path="patients.csv", schema=schema)
print("valid:", resource.validate().valid)
today = datetime.date.today()
written, in_words, month, year, reading = (row["ended"] for row in resource.read_rows())
print("2026-11-05, 5 Nov 2026:", written, in_words)
print("2026-10:", month.strftime("%Y-%m"), "and today's day:", month.day == today.day)
print("2025:", year.year, "and today's month:", year.month == today.month)
print("38.5:", reading.year, "and today's month:", reading.month == today.month)
END
v/bin/python try.py >seen
diff -u - seen <<'END'
valid: True
2026-11-05, 5 Nov 2026: 2026-11-05 2026-11-05
2026-10: 2026-10 and today's day: True
2025: 2025 and today's month: True
38.5: 2038 and today's month: True
END
echo "still so"
