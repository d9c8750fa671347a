#!/usr/bin/env bash
# A question whose choices have titles is answered "No" before anybody reads it.
#
# Versions: @rjsf/core, utils and validator-ajv8 6.11.1 (react-jsonschema-form) with React 19.3.1 and jsdom 29.1.1 from npm.
#   Seen on 2026-11-28.
# Guess: without a `default` in the schema and with the question not required, no radio button is chosen, and the form that is
#   submitted untouched holds nothing.
# Seen: that is so when the choices are a plain `enum`. Written the way that JSON Schema gives choices a title, as `oneOf` of
#   `const`s, the first choice is chosen when the form opens, onChange fires without anybody having touched it, and it is
#   submitted. Yes/no gives "yes" if yes stands first. Documented as an option (constAsDefaults, by name about constants, not about
#   lists of choices); the contrast with enum is not.
# Who would care: mildest-first order, which is good practice, turns every question that the patient skipped into "none", and the
#   engine behind cannot tell it from an answer. A JSON Schema of answers that others may render should use enum (or const choices
#   with an "I have not answered" first), and what comes back from a form should say which questions were shown and touched.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --no-audit --no-fund --ignore-scripts @rjsf/core@6.11.1 @rjsf/utils@6.11.1 @rjsf/validator-ajv8@6.11.1 react@19.3.1 react-dom@19.3.1 \
  jsdom@29.1.1 >install.log 2>&1 || { cat install.log >&2; exit 2; }
cat >try.mjs <<'END'
import { JSDOM } from 'jsdom';

const { window } = new JSDOM('');
Object.assign(globalThis, { window, document: window.document, HTMLElement: window.HTMLElement });
Object.defineProperty(globalThis, 'navigator', { value: window.navigator, configurable: true });
const { createElement } = await import('react');
const { createRoot } = await import('react-dom/client');
const { flushSync } = await import('react-dom');
const { default: Form } = await import('@rjsf/core');
const { default: validator } = await import('@rjsf/validator-ajv8');

async function untouched(name, question) {
  const schema = { type: 'object', properties: { answer: { title: 'Weak legs?', ...question } } };
  const place = document.body.appendChild(document.createElement('div'));
  let sent;
  let changes = 0;
  const form = createElement(Form, {
    schema, validator, uiSchema: { answer: { 'ui:widget': 'radio' } },
    onChange: (event) => { if (event.formData.answer !== undefined) changes += 1; }, onSubmit: (event) => { sent = event.formData; },
  });
  flushSync(() => createRoot(place).render(form));
  const chosen = [...place.querySelectorAll('input')].map((input) => input.checked);
  flushSync(() => place.querySelector('form').dispatchEvent(new window.Event('submit', { bubbles: true, cancelable: true })));
  await new Promise((done) => setTimeout(done, 100));
  console.log(`${name}: chosen ${JSON.stringify(chosen)}, answered by itself: ${changes > 0}, sent ${JSON.stringify(sent)}`);
}

await untouched('enum', { type: 'string', enum: ['none', 'both'] });
await untouched('oneOf', { type: 'string', oneOf: [{ const: 'none', title: 'No' }, { const: 'both', title: 'Yes, both' }] });
await untouched('yes/no', { type: 'boolean', oneOf: [{ const: true, title: 'Yes' }, { const: false, title: 'No' }] });
process.exit(0);
END
node try.mjs >seen
diff -u - seen <<'END'
enum: chosen [false,false], answered by itself: false, sent {}
oneOf: chosen [true,false], answered by itself: true, sent {"answer":"none"}
yes/no: chosen [true,false], answered by itself: true, sent {"answer":true}
END
echo "still so"
