#!/usr/bin/env bash
# "No fever", sent as a C-CDA document, arrives in FHIR as a confirmed, active fever.
#
# Versions: @medplum/ccda 4.5.2 with @medplum/core 4.5.2 from npm, the newest that Node 20 is served (5.1.10 does the same under a
#   newer Node). Seen on 2026-11-28.
# Guess: in C-CDA a problem or allergy that was asked and denied is the same observation with negationInd="true". Converted to FHIR, it
#   becomes refuted or a "no known ..." code, or it is refused.
# Seen: negationInd is not looked at. The negated and the plain document give the same resources: Condition "Fever", active and
#   confirmed; AllergyIntolerance "Penicillin G", active and confirmed. No error and no mark. Also, a temperature whose value is
#   only nullFlavor="UNK" (asked, not known) becomes a quantity with a unit, no value and no reason; the reason is lost.
#   Not documented in the package.
# Who would care: whoever reads what an earlier hospital recorded before a call. A denied symptom becomes a red flag that sends the
#   patient to emergency, and "no allergy to penicillin" becomes an allergy in the nurse's hand-over. Read negationInd and nullFlavor
#   from the document itself before any converter, and refuse what carries them and cannot be expressed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --no-audit --no-fund --ignore-scripts @medplum/ccda@4.5.2 @medplum/core@4.5.2 >install.log 2>&1 || { cat install.log >&2; exit 2; }
cat >try.mjs <<'END'
import { convertCcdaToFhir, convertXmlToCcda } from '@medplum/ccda';

const id = (n) => `<id root="2.999.${n}"/>`;
const template = (n) => `<templateId root="2.16.840.1.113883.10.20.22.${n}"/>`;
const code = (tag, value, system, name) => `<${tag} ${tag === 'value' ? 'xsi:type="CD" ' : ''}code="${value}" codeSystem="2.16.840.1.113883.${system}" displayName="${name}"/>`;
const section = (templates, loinc, entry) =>
  `<component><section>${template(templates)}${code('code', loinc, '6.1', 'section')}<title>section</title><text>text</text><entry>${entry}</entry></section></component>`;
const concern = (templates, n, observation) =>
  `<act classCode="ACT" moodCode="EVN">${template(templates)}${id(n)}${code('code', 'CONC', '5.6', 'Concern')}<statusCode code="active"/>
  <effectiveTime><low value="20261101"/></effectiveTime><entryRelationship typeCode="SUBJ">${observation}</entryRelationship></act>`;
const document = (body) => `<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
  <realmCode code="US"/><typeId root="2.16.840.1.113883.1.3" extension="POCD_HD000040"/>${template('1.2')}${id(1)}
  ${code('code', '34133-9', '6.1', 'Summary')}<title>Summary</title><effectiveTime value="20261128"/><confidentialityCode code="N"/>
  <recordTarget><patientRole>${id(2)}<patient><name><given>A</given><family>B</family></name>
  <administrativeGenderCode code="F" codeSystem="2.16.840.1.113883.5.1"/><birthTime value="19500301"/></patient></patientRole></recordTarget>
  <component><structuredBody>${body}</structuredBody></component></ClinicalDocument>`;

const problem = (negated) => section('2.5.1', '11450-4', concern('4.3', 3,
  `<observation classCode="OBS" moodCode="EVN"${negated}>${template('4.4')}${id(4)}${code('code', '64572001', '6.96', 'Condition')}
  <statusCode code="completed"/><effectiveTime><low value="20261101"/></effectiveTime>${code('value', '386661006', '6.96', 'Fever')}</observation>`));
const allergy = (negated) => section('2.6.1', '48765-2', concern('4.30', 5,
  `<observation classCode="OBS" moodCode="EVN"${negated}>${template('4.7')}${id(6)}${code('code', 'ASSERTION', '5.4', 'Assertion')}
  <statusCode code="completed"/><effectiveTime><low value="20261101"/></effectiveTime>${code('value', '416098002', '6.96', 'Drug allergy')}
  <participant typeCode="CSM"><participantRole classCode="MANU"><playingEntity classCode="MMAT">${code('code', '7980', '6.88', 'Penicillin G')}
  </playingEntity></participantRole></participant></observation>`));
const vitals = section('2.4.1', '8716-3', `<organizer classCode="CLUSTER" moodCode="EVN">${template('4.26')}${id(7)}
  ${code('code', '46680005', '6.96', 'Vital signs')}<statusCode code="completed"/><effectiveTime value="20261128"/>
  <component><observation classCode="OBS" moodCode="EVN">${template('4.27')}${id(8)}${code('code', '8310-5', '6.1', 'Temperature')}
  <statusCode code="completed"/><effectiveTime value="20261128"/><value xsi:type="PQ" nullFlavor="UNK" unit="Cel"/></observation></component></organizer>`);

const converted = (body, kind) => convertCcdaToFhir(convertXmlToCcda(document(body))).entry.map((e) => e.resource).filter((r) => r.resourceType === kind);
for (const [kind, part] of [['Condition', problem], ['AllergyIntolerance', allergy]]) {
  for (const negated of ['', ' negationInd="true"']) {
    const [r] = converted(part(negated), kind);
    console.log(`${kind}${negated}: ${r.code.text}, ${r.clinicalStatus.coding[0].code}, ${r.verificationStatus.coding[0].code}`);
  }
}
const temperature = converted(vitals, 'Observation').find((r) => r.code.text === 'Temperature');
console.log('temperature UNK:', JSON.stringify(temperature.valueQuantity), '| dataAbsentReason:', temperature.dataAbsentReason);
END
node try.mjs >seen
diff -u - seen <<'END'
Condition: Fever, active, confirmed
Condition negationInd="true": Fever, active, confirmed
AllergyIntolerance: Penicillin G, active, confirmed
AllergyIntolerance negationInd="true": Penicillin G, active, confirmed
temperature UNK: {"unit":"Cel","system":"http://unitsofmeasure.org","code":"Cel"} | dataAbsentReason: undefined
END
echo "still so"
