#!/usr/bin/env bash
# Read aloud, "below 0.5" and "above 0.5" are the same words, and so are a tick and a cross.
#
# Versions: espeak-ng 1.51+dfsg-10+deb12u2 of Debian 12, the voice behind Orca and speech-dispatcher there. Seen on 2026-11-28.
# Guess: signs that a voice knows are spoken (it says "plus or minus", "degrees", "approximately" in full), so "<" is "less than".
# Seen: of < and > nothing is spoken, only a pause, though ≤ and ≥ are spoken in full. A ticked ✓ and a crossed ✗ line and an
#   empty box ☐ are all just "cough"; only ☑ is named. The raised nine of 10⁹ is left out ("ten slash L"; 10^9 is "ten nine").
#   "38,5" in the English voice is "thirty-eight, five". A screen reader may put words in front of the voice, by its own level of
#   punctuation, and many people set that low. Not documented sign by sign.
# Who would care: a blind patient or nurse hears "neutrophils 0.5" for "<0.5", and every symptom as present, crossed out or not.
#   Texts for people should say "below", "at least", "no" in words, and units as "10^9/L" at the worst; so plain output without symbols is no
#   luxury. Run the texts through a voice in a test and compare words.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
wanted=1.51+dfsg-10+deb12u2
files=("espeak-ng=$wanted" "libespeak-ng1=$wanted" "espeak-ng-data=$wanted" libsonic0 libpcaudio0)
{ apt-get download "${files[@]}" || { apt-get update && apt-get download "${files[@]}"; }; } >install.log 2>&1 || { cat install.log >&2; exit 2; }
for package in *.deb; do dpkg-deb -x "$package" root; done
lib=$(echo root/usr/lib/*-linux-gnu)
speak() { LD_LIBRARY_PATH=$lib root/usr/bin/espeak-ng --path="$lib" -v en-gb -q -x "$1" | tr -s '\n ' ' '; }
{
    for said in "<0.5" ">0.5" "≤0.5" "≥0.5" "✓ cough" "✗ cough" "☐ cough" "☑ cough" "10⁹/L" "10^9/L" "38,5" "38.5"; do
        echo "$said: $(speak "$said")"
    done
} | sed 's/[ ]*$//' >seen
diff -u - seen <<'END'
<0.5: _:_:z'i@roU pOInt f'aIv
>0.5: _:_:z'i@roU pOInt f'aIv
≤0.5: l'Es O@r- 'i:kw@L t@ z'i@roU pOInt f'aIv
≥0.5: gr'eIt3r- O@r- 'i:kw@L t@ z'i@roU pOInt f'aIv
✓ cough: k'0f
✗ cough: k'0f
☐ cough: k'0f
☑ cough: b'al@t b'0ks wID tS'Ek k'0f
10⁹/L: t'En sl'aS 'El
10^9/L: t'En n'aIn sl'aS 'El
38,5: T'3:ti; 'eIt f'aIv
38.5: T'3:ti; 'eIt pOInt f'aIv
END
echo "still so"
