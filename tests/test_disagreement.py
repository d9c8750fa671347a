"""Engines that disagree, or of which one fails: seen, raised to the higher level, said loudly, exit 3."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.commands import SMALL
from triage.book.book import RuleBook
from triage.book.facts import Known
from triage.book.rule import Level, Told
from triage.cli.main import triage
from triage.decision.decide import Decider
from triage.decision.explain import explain, why
from triage.engines.durable import DurableEngine, EngineFailure
from triage.engines.reference import trace
from triage.engines.truth import Firings

Plant = Callable[[Firings], Firings]
CORD = frozenset({"any/cord-sign"})


def loses(firings: Firings) -> Firings:
    """durable-rules loses the emergency, as it did with its timers."""
    return Firings(firings.certain - CORD, firings.possible - CORD)


def invents(firings: Firings) -> Firings:
    """durable-rules fires the emergency although nothing points to it."""
    return Firings(firings.certain | CORD, firings.possible | CORD)


def only_doubts(firings: Firings) -> Firings:
    """durable-rules holds the emergency possible where it is ruled out."""
    return Firings(firings.certain, firings.possible | CORD)


def certain_but_impossible(firings: Firings) -> Firings:
    """durable-rules contradicts itself: certain, and not possible."""
    return Firings(firings.certain | CORD, firings.possible - CORD)


class Planted:
    """durable-rules with a fault planted in what it says."""

    def __init__(self, book: RuleBook, plant: Plant) -> None:
        self.engine, self.plant = DurableEngine(book.facts, book.rules.values()), plant

    def decide(self, known: Mapping[str, Known]) -> Firings:
        return self.plant(self.engine.decide(known))


NUMB = {"leg_numbness": "yes"}
FINE = {"leg_numbness": "no", "leg_weakness": "none"}


@pytest.mark.parametrize(
    ("plant", "answers", "urgency"),
    [
        (loses, NUMB, Level.now),
        (invents, FINE, Level.now),
        (only_doubts, FINE, Level.none),
        (certain_but_impossible, FINE, Level.now),
        (certain_but_impossible, NUMB, Level.now),
    ],
)
def test_a_planted_disagreement_is_seen_and_raised_to_the_higher_level(
    plant: Plant, answers: dict[str, Known], urgency: Level, small_book: RuleBook
) -> None:
    decision = Decider(small_book, second=Planted(small_book, plant)).decide(answers)
    assert not decision.engines_agree
    assert [judged.rule.id for judged in decision.disputed] == ["any/cord-sign"]
    assert (decision.urgency, decision.possible) == (urgency, Level.now)
    assert decision.advice is Told.now, "what one engine alone holds possible counts in full"
    told = "\n".join(explain(decision, why))
    assert "any/cord-sign (now)" in told
    assert "THE ENGINES DISAGREE" in told


def test_every_rule_of_the_book_can_be_the_one_that_is_lost(small_book: RuleBook) -> None:
    for lost in small_book.rules.values():

        def without(firings: Firings, lost: str = lost.id) -> Firings:
            return Firings(firings.certain - {lost}, firings.possible - {lost})

        decider = Decider(small_book, second=Planted(small_book, without))
        for example in lost.examples:
            answers = {n: a for n, a in example.answers.items() if isinstance(a, str | int)}
            held = trace(lost.when, answers).truth.name != "FALSE"
            assert decider.decide(answers).engines_agree is not held, (lost.id, example)


@pytest.fixture
def lost_emergency(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command's durable-rules loses the emergency."""
    real = DurableEngine.decide
    monkeypatch.setattr(DurableEngine, "decide", lambda self, known: loses(real(self, known)))


@pytest.fixture
def failing_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command's durable-rules fails."""

    def fail(self: DurableEngine, known: Mapping[str, Known]) -> Firings:
        raise EngineFailure("durable-rules did not run its agenda to the end")

    monkeypatch.setattr(DurableEngine, "decide", fail)


def command(*arguments: str, typed: str = "") -> Result:
    """Runs a command in this process, by the small book."""
    return CliRunner().invoke(triage, [*arguments, "--rules", str(SMALL)], input=typed)


@pytest.mark.usefixtures("lost_emergency")
@pytest.mark.parametrize(
    "options", [[], ["--nurse"], ["--why"], ["--why-not"], ["--full"], ["--format", "plain"]]
)
def test_decide_says_it_loudly_shows_the_higher_level_and_ends_with_3(options: list[str]) -> None:
    said = command("decide", "-", *options, typed="leg_numbness: yes\n")
    assert said.exit_code == 3
    assert said.stdout.startswith("THE TWO ENGINES DISAGREE")
    assert "any/cord-sign: reference TRUE, durable-rules FALSE" in said.stdout
    assert "Get emergency help now" in said.stdout
    assert "THE TWO ENGINES DISAGREE" in said.stderr


@pytest.mark.usefixtures("lost_emergency")
def test_the_json_says_that_the_engines_disagree_and_where() -> None:
    said = command("decide", "-", "--format", "json", typed="leg_numbness: yes\n")
    assert said.exit_code == 3
    document = json.loads(said.stdout)
    assert document["urgency"] == "now"
    assert document["engines"] == {
        "agree": False,
        "differences": [{"rule": "any/cord-sign", "reference": "TRUE", "durable": ["FALSE"]}],
        "failure": "",
    }


@pytest.mark.usefixtures("failing_engine")
def test_one_engine_that_fails_is_said_and_ends_with_3() -> None:
    said = command("decide", "-", typed="leg_numbness: yes\n")
    assert said.exit_code == 3
    assert said.stdout.startswith("ONE ENGINE FAILED")
    assert "Get emergency help now" in said.stdout
    document = json.loads(command("decide", "-", "--format", "json", typed="leg_numbness: yes\n").stdout)
    assert document["engines"]["agree"] is False
    assert "agenda" in document["engines"]["failure"]


@pytest.mark.usefixtures("lost_emergency")
def test_ask_says_it_before_the_emergency_and_ends_with_3() -> None:
    said = command("ask", "--no-save", typed="60\n2\n")
    assert said.exit_code == 3
    assert said.stdout.startswith("THE TWO ENGINES DISAGREE")
    assert "Get emergency help now" in said.stdout
    nurse = command("ask", "--nurse", "--no-save", typed="60\n2\n")
    assert nurse.exit_code == 3
    assert "THE TWO ENGINES DISAGREE" in nurse.stdout


@pytest.mark.usefixtures("lost_emergency")
def test_batch_writes_nothing_names_the_rows_and_ends_with_3(tmp_path: Path) -> None:
    table, out = tmp_path / "in.csv", tmp_path / "out.csv"
    table.write_text("id,leg_numbness\nnumb,yes\nfine,no\n")
    said = command("batch", str(table), "-o", str(out))
    assert said.exit_code == 3
    assert "THE ENGINES DISAGREE, so nothing was written" in said.stderr
    assert "row 2 ('numb'): the two engines differ on any/cord-sign" in said.stderr
    assert "row 3 ('fine')" in said.stderr, "one engine holds it possible"
    assert list(tmp_path.iterdir()) == [table]


@pytest.mark.usefixtures("lost_emergency")
def test_a_case_fails_when_the_engines_disagree_even_if_one_says_what_it_expects(tmp_path: Path) -> None:
    case = tmp_path / "case.yaml"
    expected = "expect: {urgency: now, rules: [any/cord-sign]}"
    case.write_text(f"name: a numb leg\nfacts: {{leg_numbness: yes}}\n{expected}\n")
    said = command("test", str(case))
    assert said.exit_code == 3
    assert "the engines disagree" in said.stdout


@pytest.mark.usefixtures("lost_emergency")
def test_check_finds_the_examples_on_which_the_engines_disagree() -> None:
    said = command("check")
    assert said.exit_code == 1
    assert "any/cord-sign.yaml" in said.stdout
    assert "E006" in said.stdout


def test_no_option_of_any_command_switches_the_comparison_off() -> None:
    for name in triage.list_commands(triage.make_context("triage", [], resilient_parsing=True)):
        asked = CliRunner().invoke(triage, [name, "--help"])
        for word in ("engine", "reference", "durable", "fast"):
            assert f"--{word}" not in asked.output, name
            assert f"--no-{word}" not in asked.output, name
