"""The compiled machine reads every batch alike: any size, cut anywhere, nulls or none, in many threads."""

from __future__ import annotations

import hashlib
import random
import shutil
import sysconfig
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import durable_rules_engine
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pytest

from tests.random_books import random_full_book, random_patients
from tests.seed import SEED
from tests.test_columns import Reference, Told, alone, assert_told_alike, coded, told
from triage.decision.at_once import AtOnce
from triage.decision.decide import Decider
from triage.engines import building, machine
from triage.engines.building import CompiledMachine
from triage.engines.circuit import Circuit
from triage.engines.machine import Machine, MachineMissing

SIZES = [0, 1, 7, 8, 9, 63, 64, 65, 511, 512, 513, 4095, 4096, 4097, 10_000]
TYPES = [pa.int8(), pa.int16(), pa.int32()]
Truths = npt.NDArray[np.bool_]


# Sizes, cuts and nulls ---------------------------------------------------------------------------


class Decided:
    """A batch of 10,000 rows made of some hundred patients, who were each decided alone."""

    def __init__(self) -> None:
        rng = random.Random(SEED)
        book = random_full_book(rng)
        self.at_once = AtOnce(book)
        patients = random_patients(rng, book, 150)
        decider = Decider(book, second=Reference(book))
        batch, self.ticked = coded(book, patients)
        once = [alone(decider.decide(patient.answers, patient.ticked)) for patient in patients]
        rows = [rng.randrange(len(patients)) for _ in range(max(SIZES))]
        self.batch = batch.take(pa.array(rows))
        self.alone: list[Told] = [once[row] for row in rows]
        self.together = self.decide(self.batch)

    def decide(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        return self.at_once.decide(batch, self.ticked)


@pytest.fixture(scope="module")
def decided() -> Decided:
    return Decided()


def test_every_row_of_a_large_batch_is_decided_as_alone(decided: Decided) -> None:
    assert_told_alike(told(decided.together), decided.alone)


@pytest.mark.parametrize("size", SIZES)
def test_a_batch_may_have_any_number_of_rows(size: int, decided: Decided) -> None:
    some = decided.decide(decided.batch.take(pa.array(range(size), pa.int64())))
    some.validate(full=True)
    assert some.equals(decided.together.slice(0, size))
    assert_told_alike(told(some), decided.alone[:size])


def test_a_batch_may_be_cut_anywhere(decided: Decided) -> None:
    rng = random.Random(SEED)
    for start in [*range(18), 63, 64, 65, 4090, 4096, 4097, 9_999, 10_000]:
        size = rng.choice(SIZES)
        some = decided.decide(decided.batch.slice(start, size))
        assert some.equals(decided.together.slice(start, size)), (SEED, start, size)


def test_what_lies_under_nulls_means_nothing(decided: Decided) -> None:
    rng = np.random.default_rng(SEED)
    for start in (0, 3, 8):
        columns = [with_garbage(rng, column) for column in decided.batch.columns]
        batch = pa.RecordBatch.from_arrays(columns, names=decided.batch.schema.names)
        assert batch.equals(decided.batch)
        some = decided.decide(batch.slice(start))
        assert some.equals(decided.together.slice(start)), SEED


def with_garbage(rng: np.random.Generator, column: pa.Array) -> pa.Array:
    """The same column with any codes, also those of ticks and of answers, where it is null."""
    type_ = column.type.to_pandas_dtype()
    codes = np.where(column.is_valid(), column.fill_null(0), rng.integers(-128, 128, len(column)))
    validity = np.packbits(np.asarray(column.is_valid()), bitorder="little")
    buffers = [pa.py_buffer(validity), pa.py_buffer(codes.astype(type_))]
    return pa.Array.from_buffers(column.type, len(column), buffers)


def test_a_column_without_nulls_may_have_bits_of_validity_or_none(decided: Decided) -> None:
    batch = decided.batch.slice(0, 700)
    codes = [np.asarray(column.fill_null(-1)) for column in batch.columns]
    without = [pa.array(some) for some in codes]
    assert all(column.buffers()[0] is None for column in without)
    everyone = pa.py_buffer(b"\xff" * 88)
    having = [pa.Array.from_buffers(c.type, 700, [everyone, c.buffers()[1]], null_count=-1) for c in without]
    cut = [pa.concat_arrays([pa.nulls(5, column.type), column])[5:] for column in without]
    first, *others = (
        decided.decide(pa.RecordBatch.from_arrays(columns, names=batch.schema.names))
        for columns in (without, having, cut)
    )
    assert all(first.equals(other) for other in others), SEED


def test_a_column_of_nulls_is_as_no_column(decided: Decided) -> None:
    batch, names = decided.batch, decided.batch.schema.names
    none = [pa.nulls(len(batch), column.type) for column in batch.columns]
    some = [none[at] if at % 2 else column for at, column in enumerate(batch.columns)]
    rows = decided.decide(pa.RecordBatch.from_arrays(some, names=names))
    assert rows.equals(decided.decide(batch.select(names[::2]))), SEED
    nobody = decided.decide(pa.RecordBatch.from_arrays(none, names=names))
    assert nobody.equals(decided.decide(batch.select([]))), SEED


@pytest.mark.parametrize("type_", TYPES, ids=str)
@pytest.mark.parametrize("size", SIZES)
def test_codes_of_each_width_are_compared_as_numbers(type_: pa.DataType, size: int) -> None:
    """The bits of a set of any width stand in its bytes in order; those that are left over are zero."""
    rng = np.random.default_rng([SEED, size])
    ends = np.iinfo(type_.to_pandas_dtype())
    numbers = [int(end) + by for end in (ends.min, -1, 0, ends.max // 2, ends.max) for by in (-1, 0, 1)]
    near = np.array([number for number in numbers if ends.min <= number <= ends.max])
    codes = rng.choice(near, size).astype(ends.dtype)
    asked: Truths = rng.random(size) < 0.7
    column = pa.array(codes, mask=~asked)
    circuit = Circuit()
    spans = [(int(low), int(high)) for low in near for high in near if low <= high]
    has = [circuit.answered(0) & circuit.within(0, *span) for span in spans]
    expected = np.array([asked & (codes >= low) & (codes <= high) for low, high in spans]).T
    widths = [0, 1, 7, 8, 9, 16, 23, 24, 33, 40, 48, 56, 63, 64, 65, len(spans)]
    rows = Machine(circuit, {str(n): has[:n] for n in widths}).run([column], size)
    for width in widths:
        assert rows[str(width)].shape == (size, (width + 7) // 8)
        bits = np.unpackbits(rows[str(width)], axis=1, bitorder="little").astype(np.bool_)
        assert (bits[:, :width] == expected[:, :width]).all(), SEED
        assert not bits[:, width:].any(), SEED


def test_a_batch_without_nulls_has_no_bits_of_validity_and_all_have_answered() -> None:
    circuit = Circuit()
    wanted = {"asked": [circuit.answered(0)], "not": [~circuit.answered(0)], "all": [circuit.everybody]}
    for column in (pa.array(range(100), pa.int8()), pa.array([None, *range(100)], pa.int8())[1:]):
        rows = Machine(circuit, wanted).run([column], 100)
        assert [rows[name].sum() for name in wanted] == [100, 0, 100]


def test_threads_that_share_one_decide_as_one_alone(decided: Decided) -> None:
    """Also while machines for new columns are made."""
    rng = random.Random(SEED)
    shared = AtOnce(decided.at_once.book)
    cuts = [(rng.randrange(9_000), rng.choice([1, 100, 1_000])) for _ in range(60)]
    batches = [decided.batch.slice(*cut) for cut in cuts]
    names = decided.batch.schema.names
    batches = [batch.select(rng.sample(names, rng.choice([3, len(names)]))) for batch in batches]
    alone = [AtOnce(decided.at_once.book).decide(batch, decided.ticked) for batch in batches]
    with ThreadPoolExecutor(8) as threads:
        for _ in range(3):
            results = threads.map(lambda batch: shared.decide(batch, decided.ticked), batches)
            assert all(one.equals(other) for one, other in zip(results, alone, strict=True)), SEED


# The library -------------------------------------------------------------------------------------


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with a copy of the machine, which is looked for there."""
    for name in ("machine.c", "libmachine.so"):
        shutil.copy(Path(machine.__file__).with_name(name), tmp_path)
    monkeypatch.setattr(machine, "__file__", str(tmp_path / "machine.py"))
    monkeypatch.setattr(building, "_HERE", tmp_path)
    machine._library.cache_clear()
    yield tmp_path
    machine._library.cache_clear()


def run_something() -> None:
    circuit = Circuit()
    rows = Machine(circuit, {"all": [circuit.everybody]}).run([], 3)
    assert rows["all"].tolist() == [[1]] * 3


def compile_it(folder: Path) -> dict[str, object]:
    built: dict[str, object] = {"artifacts": []}
    CompiledMachine(str(folder), {}, None, None, "", "wheel").initialize("standard", built)  # type: ignore[arg-type]
    return built


def is_missing(path: Path) -> None:
    path.unlink()


def is_no_library(path: Path) -> None:
    path.unlink()
    path.write_bytes(b"no library" * 1000)


def is_another_library(path: Path) -> None:
    """One that loads, and knows nothing of the machine."""
    path.unlink()
    shutil.copy(durable_rules_engine.__file__, path)


@pytest.mark.parametrize("spoil", [is_missing, is_no_library, is_another_library])
def test_without_the_library_it_is_said_what_to_do(elsewhere: Path, spoil: Callable[[Path], None]) -> None:
    spoil(elsewhere / "libmachine.so")
    with pytest.raises(MachineMissing, match=r"was not compiled \(.*libmachine.so.*\): install .* anew"):
        run_something()


def test_a_library_of_an_older_source_is_refused(elsewhere: Path) -> None:
    source = elsewhere / "machine.c"
    source.write_text(source.read_text("utf-8") + "/* changed */\n", "utf-8")
    built = compile_it(elsewhere)
    assert built["artifacts"] == ["libmachine.so"]
    assert str(built["tag"]).startswith("py3-none-linux")
    run_something()
    source.write_text(source.read_text("utf-8") + "/* and again */\n", "utf-8")
    machine._library.cache_clear()
    with pytest.raises(MachineMissing, match=r"compiled from an older machine.c: install .* anew"):
        run_something()


def test_a_compiler_may_be_named_with_what_it_is_run_by(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such as `ccache gcc`."""
    monkeypatch.setenv("CC", f"env LC_ALL=C {sysconfig.get_config_var('CC') or 'cc'}")
    (elsewhere / "libmachine.so").unlink()
    compile_it(elsewhere)
    run_something()


def test_the_library_says_of_what_source_it_was_compiled() -> None:
    source = Path(machine.__file__).with_name("machine.c").read_bytes()
    assert machine._library().source().decode() == hashlib.sha256(source).hexdigest()


@pytest.mark.parametrize("kind", ["PLAIN", "NARROW"])
def test_other_processors_decide_alike(
    kind: str, decided: Decided, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As compiled where no registers are known, or where none compares 64 bytes at once."""
    monkeypatch.setenv("CC", f"{sysconfig.get_config_var('CC')} -D{kind}")
    compile_it(elsewhere)
    other = AtOnce(decided.at_once.book)
    for size in SIZES:
        some = other.decide(decided.batch.slice(0, size), decided.ticked)
        assert some.equals(decided.together.slice(0, size)), (SEED, size)
    for type_ in TYPES:
        test_codes_of_each_width_are_compared_as_numbers(type_, 1_000)


def test_a_compiler_that_is_not_there_or_fails_is_said(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = (elsewhere / "libmachine.so").read_bytes()
    monkeypatch.setenv("CC", "no-such-compiler")
    with pytest.raises(SystemExit, match=r"no-such-compiler cannot be run .*: install a C compiler"):
        compile_it(elsewhere)
    monkeypatch.delenv("CC")
    (elsewhere / "machine.c").write_text("no C\n", "utf-8")
    with pytest.raises(SystemExit, match=r"(?s)failed:\n.*error"):
        compile_it(elsewhere)
    assert (elsewhere / "libmachine.so").read_bytes() == before
