#!/usr/bin/env bash
# Thirty hours since the last dose are read as six in the morning.
#
# Versions: pyreadstat 1.3.7 with pandas 3.1.1 from PyPI. Seen on 2026-11-28.
# Guess: SPSS and SAS keep a time as seconds, and both programs use it for durations too, so more than a day is ordinary (30:00:00;
#   SPSS even has a format DTIME for days and hours). Read into pandas, it becomes a timedelta, or a number.
# Seen: it becomes the time of day that is left after whole days are taken off: 30 h is 06:00, two days is 00:00, and minus one hour is
#   23:00. DTIME does the same, and so does a SAS transport file. No warning. disable_datetime_conversion gives the true seconds.
#   Documented only that such columns become times; that whole days are dropped is not.
# Who would care: an analyst who reads "hours from chemotherapy to fever" or "duration of stay" gets values below 24 only, all of
#   them plausible; the longest waits look like the shortest. Read such columns with the conversion off and divide.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv v
v/bin/pip install -q pyreadstat==1.3.7 pandas==3.1.1 >install.log 2>&1 || { cat install.log >&2; exit 2; }
cat >try.py <<'END'
import pandas as pd
import pyreadstat

hours = [6, 30, 48, -1]
frame = pd.DataFrame({"waited": [3600.0 * number for number in hours]})
print("hours:", hours)
for format in ("TIME8", "DTIME10"):
    pyreadstat.write_sav(frame, "waits.sav", variable_format={"waited": format})
    print("SPSS", format, [str(value) for value in pyreadstat.read_sav("waits.sav")[0]["waited"]])
raw = pyreadstat.read_sav("waits.sav", disable_datetime_conversion=True)[0]
print("SPSS, not converted:", [float(value) / 3600 for value in raw["waited"]])
pyreadstat.write_xport(frame, "waits.xpt", variable_format={"waited": "TIME8"})
print("SAS TIME8", [str(value) for value in pyreadstat.read_xport("waits.xpt")[0]["waited"]])
END
v/bin/python try.py >seen
diff -u - seen <<'END'
hours: [6, 30, 48, -1]
SPSS TIME8 ['06:00:00', '06:00:00', '00:00:00', '23:00:00']
SPSS DTIME10 ['06:00:00', '06:00:00', '00:00:00', '23:00:00']
SPSS, not converted: [6.0, 30.0, 48.0, -1.0]
SAS TIME8 ['06:00:00', '06:00:00', '00:00:00', '23:00:00']
END
echo "still so"
