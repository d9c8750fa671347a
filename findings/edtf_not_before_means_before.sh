#!/usr/bin/env bash
# "Not before 2024" is read as "before 2024", and "no later than 2024" as "from 2024 on".
#
# Versions: edtf 5.0.2 from PyPI (dates of which only part is known, ISO 8601-2). Seen on 2026-11-28.
# Guess: text_to_edtf() gives None for what it does not understand, as it does for "never" and for nonsense; so it gives None for a
#   negated date, or the right span.
# Seen: the "not" is dropped and the rest is read: each pair below comes out the same, so the span is the opposite of what was said.
#   "By 2024" and "until 2024" are the one year. And when a span has no known start, its first possible day is given as
#   exactly ten years before its end, as if it were known. Neither is documented; the ten years are a
#   setting in the package's source.
# Who would care: "last chemotherapy not before May" becomes "ended before May", so a fever counts as outside of the six weeks
#   after a drug. Whoever reads a date that a person wrote down must get a refusal for words that are not understood, and an open end
#   must stay open.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv v
v/bin/pip install -q edtf==5.0.2 >install.log 2>&1 || { cat install.log >&2; exit 2; }
cat >try.py <<'END'
from time import strftime

from edtf import parse_edtf, text_to_edtf

for said in ("before 2024", "not before 2024", "after 2024", "not after 2024", "no later than 2024", "by 2024", "never", "some day"):
    print(f"{said}: {text_to_edtf(said)}")
unknown_start = parse_edtf("/2024")
print("unknown start of /2024:", strftime("%Y-%m-%d", unknown_start.lower_strict()))
END
v/bin/python try.py >seen
diff -u - seen <<'END'
before 2024: /2024
not before 2024: /2024
after 2024: 2024/
not after 2024: 2024/
no later than 2024: 2024/
by 2024: 2024
never: None
some day: None
unknown start of /2024: 2014-12-31
END
echo "still so"
