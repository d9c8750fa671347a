#!/usr/bin/env bash
# A FHIRPath engine compares bare numbers: 3 mg is more than 2 g, and 38.5 °C is not above 100.4 °F.
#
# Versions: @medplum/core 4.5.2 from npm, the newest that Node 20 is served (5.2.13 does the same under a newer Node). Seen on 2026-11-28.
# Guess: FHIRPath has quantities with units, so a comparison either converts, or is empty where the engine cannot (the specification
#   allows only these two).
# Seen: the units are dropped and the numbers are compared; the answer is a definite true or false. Both directions go wrong: 38.5 °C is
#   "not above 100.4 °F" and 900 cells per µl are "not below 1 x 10*9/L". A result reported as "below 0.5" equals 0.5. Not documented;
#   the package says that it evaluates FHIRPath.
# Who would care: a threshold written in one unit and a reading that arrives in another is the ordinary case between two hospitals. A
#   fever, or white cells that are nearly gone, is judged normal without an error. Convert to the unit of the fact when reading, in
#   our own arithmetic, and never leave a threshold to someone else's expression engine.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --no-audit --no-fund --ignore-scripts @medplum/core@4.5.2 >install.log 2>&1 || { cat install.log >&2; exit 2; }
cat >try.mjs <<'END'
import { evalFhirPath } from '@medplum/core';

const reading = (value, code, more) => ({
  resourceType: 'Observation',
  status: 'final',
  code: { text: 'reading' },
  valueQuantity: { value, code, unit: code, system: 'http://unitsofmeasure.org', ...more },
});
const tell = (name, expression, resource) => console.log(`${name}: ${expression} -> ${JSON.stringify(evalFhirPath(expression, resource))}`);

tell('3 mg', "Observation.value > 2 'g'", reading(3, 'mg'));
tell('38.5 Cel', "Observation.value > 100.4 '[degF]'", reading(38.5, 'Cel'));
tell('101.3 [degF]', "Observation.value < 38 'Cel'", reading(101.3, '[degF]'));
tell('900 /uL', "Observation.value < 1 '10*9/L'", reading(900, '/uL'));
tell('<0.5 10*9/L', "Observation.value = 0.5 '10*9/L'", reading(0.5, '10*9/L', { comparator: '<' }));
END
node try.mjs >seen
diff -u - seen <<'END'
3 mg: Observation.value > 2 'g' -> [true]
38.5 Cel: Observation.value > 100.4 '[degF]' -> [false]
101.3 [degF]: Observation.value < 38 'Cel' -> [false]
900 /uL: Observation.value < 1 '10*9/L' -> [false]
<0.5 10*9/L: Observation.value = 0.5 '10*9/L' -> [true]
END
echo "still so"
