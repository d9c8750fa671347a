#!/usr/bin/env bash
# "Risen by at least 1 °C" is true when nobody measured the first time.
#
# Versions: survey-core 3.1.1 from npm (SurveyJS). Seen on 2026-11-28.
# Guess: this library is careful with empty answers: every comparison with one ({now} >= 38, {now} < 38) is false, and a quotient of one
#   is nothing. So a difference with an unanswered question is nothing as well, and a comparison with it is false.
# Seen: in plus, minus and times the unanswered question counts as 0, and the result is an ordinary number: 38.5 minus nothing is 38.5,
#   nothing minus 38.5 is -38.5, nothing minus nothing is 0. So "risen by 1" is true and "has lost no weight" is true of
#   a person who was never weighed; {start} >= 0 alone would have been false. The expression question stores the wrong number
#   as if the patient had given it. Nothing about it was found in its documentation.
# Who would care: a red flag made of a difference fires, or its opposite reassures, out of one missing answer, and the number in the
#   record looks measured. Differences and sums belong where "unknown" stays unknown; in a form, ask for {start} notempty first.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --no-audit --no-fund --ignore-scripts survey-core@3.1.1 >install.log 2>&1 || { cat install.log >&2; exit 2; }
cat >try.cjs <<'END'
const { ExpressionRunner, Model } = require('survey-core');

const tell = (expression, values) => {
  const result = new ExpressionRunner(expression).runValues(values);
  console.log(`${JSON.stringify(values)} ${expression}: ${JSON.stringify(result)}`);
};
tell('{now} >= 38', {});
tell('{now} < 38', {});
tell('{now} / {start}', { now: 38.5 });
tell('{now} - {start}', { now: 38.5 });
tell('{now} - {start} >= 1', { now: 38.5 });
tell('{now} - {start} < 1', { start: 38.5 });
tell('{start} - {now} <= 0', {});
tell('{now} * 2 >= 0', {});

const number = (name) => ({ type: 'text', inputType: 'number', name });
const form = new Model({ elements: [number('start'), number('now'), { type: 'expression', name: 'risen', expression: '{now} - {start}' }] });
form.setValue('now', 38.5);
form.doComplete();
console.log('kept:', JSON.stringify(form.data));
END
node try.cjs >seen
diff -u - seen <<'END'
{} {now} >= 38: false
{} {now} < 38: false
{"now":38.5} {now} / {start}: null
{"now":38.5} {now} - {start}: 38.5
{"now":38.5} {now} - {start} >= 1: true
{"start":38.5} {now} - {start} < 1: true
{} {start} - {now} <= 0: true
{} {now} * 2 >= 0: true
kept: {"risen":38.5,"now":38.5}
END
echo "still so"
