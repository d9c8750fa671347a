"""Plants small mistakes in the code, and says which of them no test notices.

    pip install mutmut coverage        # where ".[test]" is installed
    python benchmarks/code_mutants.py [--count N] [--seed N] [--only WORD] [--again] [--folder DIR]

Takes N mistakes from `triage/engines`, `decision`, `calls` and `cohort` in turn, and of each kind in turn:
those that mutmut makes, and some more. Each stands in a copy of the checkout that has a Python of its own, so
that the tests of the installed command meet it too, and a run that is killed leaves nothing behind. The tests
that reach its line run until one fails; which they are is measured at the first run, and again where a file
has changed. What was found is kept in DIR, and the next run goes on from there; --again tries the survivors
once more, and without DIR everything begins anew. Measuring takes a quarter of an hour, a mistake that is
noticed two seconds, and one that is not up to three minutes.

`code_mutants_equivalent.yaml` says of mistakes that are none why no test can tell them. Ends with exit code 1
while there are survivors that it does not name.

mutmut itself is not run: it plants nothing in module constants and in decorated functions (such as
properties), and chooses its mistake by an environment variable, which the tests of the installed command do
not pass on.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import yaml
from planting.mistakes import Mistake, chosen
from planting.place import Place
from planting.reach import Reach
from planting.trying import noticed

PACKAGES = ("engines", "decision", "calls", "cohort")
LEFT_OUT = {
    "triage/engines/building.py": "only the build runs it",
    "triage/cohort/report/style.py": "how a page looks",
    "triage/cohort/report/pictures.py": "how a picture looks",
}
EQUIVALENT = Path(__file__).with_name("code_mutants_equivalent.yaml")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=520)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=150.0, help="of tests for one mistake, at most")
    parser.add_argument("--only", default="", help="mistakes of files whose name holds this")
    parser.add_argument("--again", action="store_true", help="try the survivors again")
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "triage-code-mutants")
    asked = parser.parse_args()
    place = Place(asked.folder.resolve())
    if not place.entered:
        place.folder.mkdir(parents=True, exist_ok=True)
        place.enter()
    reach = Reach(place, place.folder / "reach")
    reach.measure()
    for name in reach.dropped:
        print(f"not used, because it fails without a mistake: {name}")
    everything = chosen(place.checkout, _files(place.checkout), asked.count, asked.seed)
    mistakes = [one for one in everything if asked.only in one.file]
    found = _found(place.folder / "found.jsonl")
    excused = {_key(entry) for entry in yaml.safe_load(EQUIVALENT.read_text())}
    for file, within, was, _ in sorted(excused):
        if not set(was.splitlines()) <= _lines(place.checkout / file):
            print(f"no longer there, though it is explained: {file} {within}: {was}")
    for number, mistake in enumerate(mistakes, 1):
        known = found.get(mistake.id)
        if known and not (asked.again and known["outcome"] == "survived" and mistake.content not in excused):
            continue
        found[mistake.id] = _tried(place, reach, mistake, asked.seconds)
        with (place.folder / "found.jsonl").open("a") as kept:
            kept.write(json.dumps(found[mistake.id]) + "\n")
        print(
            f"{number}/{len(mistakes)} {found[mistake.id]['outcome']:9} {mistake.file} {mistake.kind}",
            flush=True,
        )
    sys.exit(_told(mistakes, found, excused))


def _files(checkout: Path) -> list[str]:
    paths = [path for name in PACKAGES for path in sorted((checkout / "triage" / name).rglob("*.py"))]
    return [name for path in paths if (name := str(path.relative_to(checkout))) not in LEFT_OUT]


def _lines(path: Path) -> set[str]:
    return set(map(str.strip, path.read_text().splitlines())) if path.exists() else set()


def _found(file: Path) -> dict[str, dict[str, Any]]:
    lines = file.read_text().splitlines() if file.exists() else []
    return {one["id"]: one for one in map(json.loads, lines)}


def _key(entry: dict[str, str]) -> tuple[str, str, str, str]:
    was, becomes = (
        "\n".join(line.strip() for line in entry[name].splitlines()) for name in ("was", "becomes")
    )
    return entry["file"], entry["within"], was, becomes


def _tried(place: Place, reach: Reach, mistake: Mistake, seconds: float) -> dict[str, Any]:
    begun, outcome, by, count = time.monotonic(), "survived", "", 0
    place.plant(mistake)
    try:
        for tests in reach.rounds(mistake, seconds):
            count += len(tests)
            if tests:
                outcome, by = noticed(place, tests)
            if outcome != "survived":
                break
    finally:
        place.mend(mistake)
    content = dict(zip(("file", "within", "was", "becomes"), mistake.content, strict=True))
    took = round(time.monotonic() - begun, 1)
    line = mistake.lines[0]
    return {
        "id": mistake.id,
        **content,
        "kind": mistake.kind,
        "line": line,
        "outcome": outcome,
        "by": by,
        "tests": count,
        "seconds": took,
    }


def _told(
    mistakes: list[Mistake], found: dict[str, dict[str, Any]], excused: set[tuple[str, str, str, str]]
) -> int:
    """Prints the survivors that nobody has explained, and the sums."""
    sums: dict[str, Counter[str]] = {name: Counter() for name in PACKAGES}
    for mistake in mistakes:
        one = found[mistake.id]
        unnoticed = one["outcome"] == "survived"
        outcome = "equivalent" if unnoticed and mistake.content in excused else one["outcome"]
        sums[Path(mistake.file).parts[1]][outcome] += 1
        if outcome == "survived":
            print(f"\n{mistake.id} {mistake.file}:{mistake.lines[0]} {mistake.within} ({one['tests']} tests)")
            print("\n".join(f"  - {line}" for line in mistake.was.splitlines()))
            print("\n".join(f"  + {line}" for line in mistake.becomes.splitlines()))
    print(f"\n{'':9} planted   killed  time-out  equivalent  unexplained")
    for name, sum_ in [*sums.items(), ("together", sum(sums.values(), Counter()))]:
        shown = (sum_["killed"], sum_["time-out"], sum_["equivalent"], sum_["survived"])
        print(f"{name:9} {sum_.total():7} {shown[0]:8} {shown[1]:9} {shown[2]:11} {shown[3]:12}")
    took = [one["seconds"] for one in found.values()]
    print(f"{sum(took) / len(took):.1f} seconds for one")
    return int(any(sum_["survived"] for sum_ in sums.values()))


if __name__ == "__main__":
    main()
