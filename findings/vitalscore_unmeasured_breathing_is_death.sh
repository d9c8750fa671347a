#!/usr/bin/env bash
# A patient whose breathing was not counted is triaged as dead, and put last.
#
# Versions: vitalscore 0.1.1 from PyPI. Seen on 2026-11-28.
# Guess: its batch takes patients with any field left out (all fields of its TriagePatient are None by default), keeps a list of errors
#   for each patient, and does report can_walk when that is missing. So a breathing rate that nobody wrote down is such an error too.
# Seen: no error. The patient gets "Deceased", the black tag whose text is that no intervention is begun, and is sorted behind
#   all whose level could be told, although the same record says that the patient has a pulse and follows commands. A pulse that was not felt for
#   counts as good: with the rest fine, the patient may wait. Half documented: an example
#   writes None for "not breathing"; that a field which is left out is that same None, and so a death, is not said.
# Who would care: this is the plainest form of what a triage program must not do: one cell of a table is empty, and a living patient
#   becomes the least urgent one. The opposite of the empty cell is not "normal" either. Unknown must stay a third answer up to the
#   level, and a level for an unknown must never be lower than for its worst answer without a person having looked.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv v
v/bin/pip install -q vitalscore==0.1.1 >install.log 2>&1 || { cat install.log >&2; exit 2; }
cat >try.py <<'END'
from vitalscore.batch import TriagePatient, batch_triage

told = dict(can_walk=False, respiratory_rate=18, has_radial_pulse=True, follows_commands=True)


def without(field):
    return TriagePatient(f"{field} left out", **{name: value for name, value in told.items() if name != field})


patients = [without(field) for field in told] + [
    TriagePatient("all told", **told),
    TriagePatient("pulse absent", **{**told, "has_radial_pulse": False}),
]
for patient in batch_triage(patients):
    level = patient.start_priority and f"{patient.start_priority.value}, {patient.start_result.colour}"
    print(f"{patient.patient_id}: {level} {patient.errors}")
END
v/bin/python try.py >seen
diff -u - seen <<'END'
pulse absent: Immediate, Red []
all told: Delayed, Yellow []
follows_commands left out: Delayed, Yellow []
has_radial_pulse left out: Delayed, Yellow []
respiratory_rate left out: Deceased, Black []
can_walk left out: None ["START: 'can_walk' is required"]
END
echo "still so"
