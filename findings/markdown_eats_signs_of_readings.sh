#!/usr/bin/env bash
# "- 2 kg", "> 38 °C" and "10*9/L" lose their signs where a field is Markdown.
#
# Versions: marked 18.2.1, markdown-it 15.0.3 and commonmark 0.31.2 from npm, all with their safe or usual settings. Seen on 2026-11-28.
# Guess: a short plain sentence without lists or emphasis goes through Markdown unchanged.
# Seen: two cell counts in one line in the unit that UCUM and FHIR use (10*9/L): the stars become emphasis and vanish, and what is
#   read is 109/L, while one count alone keeps its star. A lump of 2*3*4 cm reads 234 cm. A line that starts with a sign loses it: "- 2 kg" is
#   an item "2 kg", "+ 1 °C" an item "1 °C", "> 38 °C" a quotation "38 °C"; whether lost or gained, above or below, is gone. All three
#   programs agree, so it is the format and not a fault of theirs: documented in the CommonMark text, but nobody who writes a reading
#   thinks of it.
# Who would care: the detail of a CDS Hooks card is Markdown, and so are many fields of FHIR definitions and notes. A clinician reads
#   another number than was sent. Escape every value (and each of * + - > _ # before it), or write units for people: "10^9/L", "below",
#   "lost 2 kg".
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --no-audit --no-fund --ignore-scripts marked@18.2.1 markdown-it@15.0.3 commonmark@0.31.2 >install.log 2>&1 || { cat install.log >&2; exit 2; }
cat >try.mjs <<'END'
import * as commonmark from 'commonmark';
import MarkdownIt from 'markdown-it';
import { marked } from 'marked';

const shown = {
  marked: (text) => marked.parse(text),
  'markdown-it': (text) => new MarkdownIt().render(text),
  commonmark: (text) => new commonmark.HtmlRenderer().render(new commonmark.Parser().parse(text)),
};
const read = (html) => html.replace(/<[^>]*>/g, '').replace(/&gt;/g, '>').replace(/&lt;/g, '<').replace(/\s+/g, ' ').trim();
for (const said of [
  'Neutrophils 0.4 10*9/L',
  'Neutrophils 0.4 10*9/L, platelets 30 10*9/L',
  'Lump of 2*3*4 cm',
  '- 2 kg since May',
  '+ 1 °C since noon',
  '> 38 °C for two days',
]) {
  const ways = new Set(Object.values(shown).map((show) => read(show(said))));
  console.log(`${said} => ${[...ways].join(' | ')}`);
}
END
node try.mjs >seen
diff -u - seen <<'END'
Neutrophils 0.4 10*9/L => Neutrophils 0.4 10*9/L
Neutrophils 0.4 10*9/L, platelets 30 10*9/L => Neutrophils 0.4 109/L, platelets 30 109/L
Lump of 2*3*4 cm => Lump of 234 cm
- 2 kg since May => 2 kg since May
+ 1 °C since noon => 1 °C since noon
> 38 °C for two days => 38 °C for two days
END
echo "still so"
