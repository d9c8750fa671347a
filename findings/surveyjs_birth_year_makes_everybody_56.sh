#!/usr/bin/env bash
# Whoever gives only a birth year was born in 1970.
#
# Versions: survey-core 3.1.1 from npm (SurveyJS). Seen on 2026-11-28.
# Guess: age({born}) and year({born}) take a date; of "1950" alone they give nothing, or count from the first of January, as they do
#   for the month "1950-03".
# Seen: a text that is a number is turned into the number before the date function sees it, and the number is a count of
#   milliseconds after the start of 1970. "1950" and "1931" are both in the year 1970, so each of them is 56 years old on this day,
#   and a condition like {born} older than 65 is false for all of them. Not documented.
# Who would care: many records and many patients have the year only, and FHIR's birthDate allows it. A rule or a follow-up question for
#   older people silently never comes, and with a wrong but plausible age on the screen the nurse has no reason to doubt it. A year is a
#   span of days; keep it as one, and let an age from it be "75 or 76".
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --no-audit --no-fund --ignore-scripts survey-core@3.1.1 >install.log 2>&1 || { cat install.log >&2; exit 2; }
cat >try.cjs <<'END'
const { ExpressionRunner } = require('survey-core');

const value = (expression, born) => new ExpressionRunner(expression).runValues({ born });
for (const born of ['1950-03-01', '1950-03', '1950', '1931']) {
  const sameAge = value('age({born})', born) === value('age({born})', '1970-01-01');
  console.log(`${born}: year ${value('year({born})', born)}, at least 65: ${value('age({born}) >= 65', born)}, as old as one born in 1970: ${sameAge}`);
}
END
TZ=UTC node try.cjs >seen
diff -u - seen <<'END'
1950-03-01: year 1950, at least 65: true, as old as one born in 1970: false
1950-03: year 1950, at least 65: true, as old as one born in 1970: false
1950: year 1970, at least 65: false, as old as one born in 1970: true
1931: year 1970, at least 65: false, as old as one born in 1970: true
END
echo "still so"
