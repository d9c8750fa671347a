"""Sets packed into bits come back as the names that went in, however a column is cut."""

from __future__ import annotations

import random

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.seed import SEED
from triage.decision.packed import bits, names_of, packed_field, unpacked

WIDTHS = [0, 1, 2, 7, 8, 9, 15, 16, 17, 63, 64, 65, 128, 200, 1000]


def packed(sets: list[set[int]], field: pa.Field) -> pa.Array:
    """These places as packed sets, put together bit by bit."""
    numbers = [sum(1 << place for place in some) for some in sets]
    return pa.array([number.to_bytes(field.type.byte_width, "little") for number in numbers], field.type)


def names(count: int) -> list[str]:
    return [f"name {number}" for number in range(count)]


@given(st.integers(1, 70), st.data())
def test_a_set_comes_back_as_its_names_in_their_order(count: int, data: st.DataObject) -> None:
    sets = data.draw(st.lists(st.sets(st.integers(0, count - 1)), max_size=20))
    start, stop = sorted(data.draw(st.tuples(st.integers(0, 20), st.integers(0, 20))))
    field = packed_field("sets", names(count))
    column = packed(sets, field)
    expected = [[names(count)[place] for place in sorted(some)] for some in sets]
    assert unpacked(column, names(count)).to_pylist() == expected
    assert unpacked(column[start:stop], names(count)).to_pylist() == expected[start:stop]
    told = bits(column[start:stop])
    assert told.dtype == np.bool_
    assert told.shape == (len(sets[start:stop]), field.type.byte_width * 8)
    assert [set(np.flatnonzero(row)) for row in told] == sets[start:stop]


@pytest.mark.parametrize("count", WIDTHS)
def test_sets_of_any_number_of_names_come_back(count: int) -> None:
    rng = random.Random(f"{SEED} {count}")
    every = names(count)
    field = packed_field("sets", every)
    assert field.type.byte_width == max(1, (count + 7) // 8)
    assert not field.nullable
    shares = [0.0, 0.0, 0.01, 0.5, 1.0]
    sets = [{n for n in range(count) if rng.random() < rng.choice(shares)} for _ in range(50)]
    sets += [set(range(count)), set(), {count - 1} if count else set(), {0} if count else set()]
    back = unpacked(packed(sets, field), every)
    back.validate(full=True)
    assert back.to_pylist() == [[every[place] for place in sorted(some)] for some in sets], SEED
    for start in (0, 1, 7, 8, 53, 54):
        part = unpacked(packed(sets, field).slice(start, 9), every)
        assert part.to_pylist() == back.to_pylist()[start : start + 9]


def test_no_rows_are_no_sets() -> None:
    field = packed_field("sets", ["one"])
    for column in (pa.array([], field.type), pa.array([b"\1"], field.type).slice(1)):
        assert unpacked(column, ["one"]).to_pylist() == []
        assert bits(column).shape == (0, 8)


def test_more_sets_than_one_block_come_back() -> None:
    rng = random.Random(SEED)
    field = packed_field("sets", names(20))
    sets = [set(rng.sample(range(20), rng.choice([0, 0, 1, 3, 20]))) for _ in range(20_000)]
    told = unpacked(packed(sets, field), names(20)).to_pylist()
    assert told == [[f"name {place}" for place in sorted(some)] for some in sets]


@pytest.mark.parametrize("every", [[], ["one"], ["ü“x”, y", "", "[]", "one\ntwo"], names(70)])
def test_a_column_says_of_which_names_its_sets_are_made(every: list[str]) -> None:
    assert names_of(packed_field("sets", every)) == every
    batch = pa.RecordBatch.from_arrays(
        [packed([set()], packed_field("sets", every))], schema=pa.schema([packed_field("sets", every)])
    )
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, batch.schema) as file:
        file.write(batch)
    assert names_of(pa.ipc.open_file(sink.getvalue()).schema.field("sets")) == every


@pytest.mark.parametrize(
    "field",
    [
        pa.field("urgency", pa.dictionary(pa.int8(), pa.string())),
        pa.field("text", pa.string(), metadata={b"names": b'["one"]'}),
        pa.field("hash", pa.binary(8)),
        pa.field("hash", pa.binary(8), metadata={b"what": b"a hash"}),
    ],
    ids=str,
)
def test_another_column_holds_no_sets(field: pa.Field) -> None:
    assert names_of(field) is None
