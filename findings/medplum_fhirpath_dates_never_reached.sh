#!/usr/bin/env bash
# "Older than 65" and "within the last 14 days" are false for everybody.
#
# Versions: @medplum/core 4.5.2 from npm, the newest that Node 20 is served (5.2.13 does the same under a newer Node). Seen on 2026-11-28.
# Guess: FHIRPath adds and subtracts durations (today() - 65 years). An engine that cannot do it raises, or gives empty.
# Seen: a date minus a duration is a list holding null, and every comparison with that null is a plain false: the woman born in 1950 is
#   not "born at least 65 years ago", and she is not "born within the last 65 years" either. A date plus a month is the text of both,
#   one behind the other: 31 January plus 1 month is "2026-01-311", and it compares as text. No error. Not documented.
# Who would care: an enableWhenExpression or a rule about age, or about days since a drug, silently never fires, so the nurse is never
#   asked the follow-up question and nobody sees that it was skipped. What is computed from dates belongs into our own code, as days.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --no-audit --no-fund --ignore-scripts @medplum/core@4.5.2 >install.log 2>&1 || { cat install.log >&2; exit 2; }
cat >try.mjs <<'END'
import { evalFhirPath } from '@medplum/core';

const patient = { resourceType: 'Patient', birthDate: '1950-03-01' };
for (const expression of [
  'today() - 65 years',
  'birthDate <= today() - 65 years',
  'birthDate > today() - 65 years',
  '@2026-11-20 >= @2026-11-28 - 14 days',
  '@2026-11-20 < @2026-11-28 - 14 days',
  '@2026-01-31 + 1 month',
  '@2026-03-01 > @2026-01-31 + 1 month',
]) {
  console.log(expression, '->', JSON.stringify(evalFhirPath(expression, patient)));
}
END
node try.mjs >seen
diff -u - seen <<'END'
today() - 65 years -> [null]
birthDate <= today() - 65 years -> [false]
birthDate > today() - 65 years -> [false]
@2026-11-20 >= @2026-11-28 - 14 days -> [false]
@2026-11-20 < @2026-11-28 - 14 days -> [false]
@2026-01-31 + 1 month -> ["2026-01-311"]
@2026-03-01 > @2026-01-31 + 1 month -> [true]
END
echo "still so"
