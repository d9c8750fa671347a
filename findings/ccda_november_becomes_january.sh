#!/usr/bin/env bash
# A date known to the month is moved to the first of January.
#
# Versions: @medplum/ccda 4.5.2 with @medplum/core 4.5.2 from npm (5.1.10 does the same under a newer Node). Seen on 2026-11-28.
# Guess: an HL7 date may stop early: 2026, 202611. FHIR dates may too, so 202611 becomes 2026-11; a careless converter would
#   make it the first of November.
# Seen: 202611 becomes 2026-01-01, ten months too early: everything that is shorter than a whole day keeps only its year. It is then
#   written as a full date, or as a full moment at midnight UTC, so nothing shows that the month was known or that the day was not.
#   The way back makes it worse: the FHIR date 2026-11 becomes the text 202611, which reads back as January. Not documented.
# Who would care: "fever since November" under chemotherapy that began in October is within six weeks of it; as "since January" it is
#   not, and the rule for fever after a drug stays silent. An age limit moves by up to a year. Read dates of other records as a span
#   (its first to its last possible day), never through a converter that fills them up.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --no-audit --no-fund --ignore-scripts @medplum/ccda@4.5.2 @medplum/core@4.5.2 >install.log 2>&1 || { cat install.log >&2; exit 2; }
cat >try.mjs <<'END'
import { mapCcdaToFhirDate, mapCcdaToFhirDateTime, mapFhirToCcdaDate } from '@medplum/ccda';

for (const date of ['20261128', '202611', '2026', '202612']) {
  console.log(date, '->', mapCcdaToFhirDate(date), mapCcdaToFhirDateTime(date));
}
const sent = mapFhirToCcdaDate('2026-11');
console.log('2026-11 ->', sent, '->', mapCcdaToFhirDate(sent));
END
TZ=UTC node try.mjs >seen
diff -u - seen <<'END'
20261128 -> 2026-11-28 2026-11-28T00:00:00Z
202611 -> 2026-01-01 2026-01-01T00:00:00Z
2026 -> 2026-01-01 2026-01-01T00:00:00Z
202612 -> 2026-01-01 2026-01-01T00:00:00Z
2026-11 -> 202611 -> 2026-01-01
END
echo "still so"
