"""What a stopped run leaves behind: whole chunks, and only for the same run."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from tests.cohorts import chunk_of
from triage.book.book import RuleBook
from triage.cohort.chunk import Refusal, RefusedRow
from triage.cohort.run import Run
from triage.cohort.spool import Decided, Spool, SpoolRefused
from triage.decision.decide import Decider

ASKED = {"rule book": "abc", "table": [["in.csv", 10]]}


@pytest.fixture(scope="module")
def run(small_book: RuleBook) -> Run:
    return Run(Decider(small_book), 0.5)


@pytest.fixture(scope="module")
def chunks(run: Run, small_book: RuleBook) -> list[Decided]:
    refused = RefusedRow(9, 'a "b"\n', (Refusal("age (years)", "sixty is ä no number"),))
    people = [{"cancer": "liver", "leg_weakness": "both_legs"}, {}, {"leg_weakness": "none"}]
    return [
        run.decide(chunk_of(small_book, people[:2], first=1)),
        run.decide(chunk_of(small_book, [], first=3, refused=[refused])),
        run.decide(chunk_of(small_book, people, first=4, refused=[refused, refused])),
    ]


def spooled(path: Path, run: Run, chunks: list[Decided]) -> Spool:
    spool = Spool(path, run.schema, ASKED)
    for chunk in chunks:
        spool.keep(chunk)
        spool.replace_kept()
    spool.close()
    return spool


def test_what_was_kept_is_what_comes_back(tmp_path: Path, run: Run, chunks: list[Decided]) -> None:
    spool = spooled(tmp_path / "s", run, chunks)
    assert list(spool.kept()) == chunks
    assert [path.name for path in tmp_path.iterdir()] == ["s"]
    spool.remove()
    assert list(tmp_path.iterdir()) == []
    assert list(spool.kept()) == []


def test_cut_off_anywhere_it_gives_the_whole_chunks_before_the_cut(
    tmp_path: Path, run: Run, chunks: list[Decided]
) -> None:
    spool = spooled(tmp_path / "s", run, chunks)
    whole = (tmp_path / "s").read_bytes()
    lengths = set()
    for end in range(0, len(whole), 7):
        (tmp_path / "s").write_bytes(whole[:end])
        kept = list(spool.kept())
        assert kept == chunks[: len(kept)]
        lengths.add(len(kept))
    assert lengths == {0, 1, 2, 3}


@pytest.mark.parametrize("asked", [{**ASKED, "rule book": "abd"}, {"rule book": "abc"}, {**ASKED, "more": 1}])
def test_the_spool_of_another_run_is_refused_by_what_differs(
    asked: dict[str, object], tmp_path: Path, run: Run, chunks: list[Decided]
) -> None:
    spooled(tmp_path / "s", run, chunks)
    (differs,) = {name for name in {*asked, *ASKED} if asked.get(name) != ASKED.get(name)}
    with pytest.raises(SpoolRefused) as caught:
        list(Spool(tmp_path / "s", run.schema, asked).kept())
    assert caught.value.differing == [differs]


def test_until_the_new_run_has_caught_up_the_old_one_is_what_is_kept(
    tmp_path: Path, run: Run, chunks: list[Decided]
) -> None:
    spooled(tmp_path / "s", run, chunks[:2])
    again = Spool(tmp_path / "s", run.schema, ASKED)
    for number, chunk in enumerate(again.kept(), start=1):
        again.keep(chunk)
        assert len(list(Spool(tmp_path / "s", run.schema, ASKED).kept())) == 2, number
    again.keep(chunks[2])
    again.replace_kept()
    assert list(Spool(tmp_path / "s", run.schema, ASKED).kept()) == chunks
    again.close()


@pytest.mark.parametrize("planted", ["link", "file that all may read"])
def test_what_somebody_planted_beside_the_results_gets_no_patient(
    planted: str, tmp_path: Path, run: Run, chunks: list[Decided]
) -> None:
    victim, beside = tmp_path / "victim", tmp_path / "s.new"
    victim.write_bytes(b"theirs")
    if planted == "link":
        beside.symlink_to(victim)
    else:
        beside.write_bytes(b"theirs")
        beside.chmod(0o666)
    reading = beside.open("rb")
    spooled(tmp_path / "s", run, chunks)
    with reading:
        assert reading.read() == b"theirs"
    assert victim.read_bytes() == b"theirs"
    assert not (tmp_path / "s").is_symlink()


def test_results_that_only_their_owner_may_read_are_not_open_while_they_are_made(
    tmp_path: Path, run: Run, chunks: list[Decided]
) -> None:
    (tmp_path / "out.csv").write_bytes(b"")
    (tmp_path / "out.csv").chmod(0o600)
    spool = Spool(tmp_path / "s", run.schema, ASKED, like=tmp_path / "out.csv")
    spool.keep(chunks[0])
    spool.replace_kept()
    spool.close()
    assert stat.S_IMODE((tmp_path / "s").stat().st_mode) == 0o600


def test_the_same_run_goes_on_in_whatever_order_it_says_what_it_was_asked_for(
    tmp_path: Path, run: Run, chunks: list[Decided]
) -> None:
    spooled(tmp_path / "s", run, chunks)
    turned = dict(reversed(ASKED.items()))
    assert list(Spool(tmp_path / "s", run.schema, turned).kept()) == chunks
