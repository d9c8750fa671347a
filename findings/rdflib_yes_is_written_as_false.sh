#!/usr/bin/env bash
# A graph that is only read and written back answers "false" where it said "yes" or "unknown".
#
# Versions: rdflib 7.6.0 from PyPI. Seen on 2026-11-28.
# Guess: "yes" is no xsd:boolean, but RDF keeps such a literal: it has a type, a text and no value. So rdflib keeps the text, as it
#   does for the decimal "unknown", or refuses it.
# Seen: for booleans (only), everything but true and 1 becomes false, and the text itself is replaced: "yes", "ja" and "unknown" are all
#   written back as "false", and a query for false finds them. A Python warning goes to standard error, once for
#   each word, not for each patient. "TRUE" stays true. Documented: that literals are normalised on reading (a switch, NORMALIZE_LITERALS);
#   not that a word that is not understood has a value.
# Who would care: FHIR and other records travel as RDF. A patient's "yes" or "not known" arrives as a definite no, and the original
#   word is gone from the file that was written. Check the text of every boolean before the graph library sees it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv v
v/bin/pip install -q rdflib==7.6.0 >install.log 2>&1 || { cat install.log >&2; exit 2; }
cat >try.py <<'END'
from rdflib import Graph

said = ("yes", "ja", "unknown", "no", "TRUE")
text = "".join(f'<urn:patient:{n}> <urn:fever> "{word}"^^<http://www.w3.org/2001/XMLSchema#boolean> .\n' for n, word in enumerate(said))
text += '<urn:patient:9> <urn:temperature> "unknown"^^<http://www.w3.org/2001/XMLSchema#decimal> .\n'
graph = Graph().parse(data=text, format="turtle")
for before, after in zip(said, sorted(graph.serialize(format="nt").strip().splitlines())):
    print(before, "->", after.split('"')[1])
print([line.split('"')[1] for line in graph.serialize(format="nt").splitlines() if "temperature" in line])
print("have no fever:", len(graph.query("SELECT ?patient { ?patient <urn:fever> false }")))
END
v/bin/python try.py >seen 2>warnings
diff -u - seen <<'END'
yes -> false
ja -> false
unknown -> false
no -> false
TRUE -> true
['unknown']
have no fever: 4
END
echo "still so"
