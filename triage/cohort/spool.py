"""What a stopped run leaves behind, so that it can be continued: the chunks that were decided.

Each chunk is one record with everything that came of it and where the table goes on. Records are
whole or, where the process was killed, the last one is cut off and not used.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

import pyarrow as pa

from triage.book.whole_file import narrowed, new_descriptor
from triage.cohort.chunk import Position, Refusal, RefusedRow

_LZ4 = pa.ipc.IpcWriteOptions(compression="lz4")


@dataclass(frozen=True, slots=True)
class Decided:
    """A chunk that was decided: the results of its rows, those refused, and where the table goes on."""

    results: pa.RecordBatch
    refused: tuple[RefusedRow, ...]
    after: Position
    done: int


class Spool:
    """Keeps the decided chunks of a run at `path` until the run is whole.

    `run` says what the run was asked for; a spool of another run is not continued. Nobody may read more
    of it than of the file `like` whose rows it holds.
    """

    def __init__(
        self, path: Path, schema: pa.Schema, run: Mapping[str, Any], like: Path | None = None
    ) -> None:
        self.path, self._like = path, like or path
        self._new = path.with_name(path.name + ".new")
        self._schema = schema.with_metadata({b"run": json.dumps(run, sort_keys=True).encode()})
        self._file: IO[bytes] | None = None
        self._writer: pa.ipc.RecordBatchStreamWriter | None = None

    def kept(self) -> Iterator[Decided]:
        """The chunks that an earlier run left, in order. Raises SpoolRefused when it was another run."""
        try:
            file = self.path.open("rb")
        except FileNotFoundError:
            return
        with file:
            try:
                reader = pa.ipc.open_stream(file)
            except (pa.ArrowInvalid, OSError):
                return  # killed before the first record
            if reader.schema.metadata != self._schema.metadata:
                raise SpoolRefused(self.path, _differing(reader.schema.metadata, self._schema.metadata))
            while True:
                try:
                    decided = _read(reader)
                except (StopIteration, pa.ArrowInvalid, OSError):
                    return
                yield decided

    def keep(self, decided: Decided) -> None:
        """Adds a chunk to those of this run."""
        if self._writer is None:
            self._new.unlink(missing_ok=True)  # another run may still be writing to it
            self._file = os.fdopen(new_descriptor(self._new, narrowed(0o666, self._like)), "wb")
            self._writer = pa.ipc.new_stream(self._file, self._schema, options=_LZ4)
        _write(self._writer, decided)
        assert self._file is not None
        self._file.flush()

    def replace_kept(self) -> None:
        """From here on, the chunks of this run are those to continue from, even if this process is killed."""
        if self._file is not None and self._new.exists():
            self._new.replace(self.path)

    def close(self) -> None:
        """Ends the file; what is in it stays."""
        if self._writer is not None and self._file is not None:
            with suppress(OSError):  # a full disk; whole chunks can be read without the end
                self._writer.close()
            with suppress(OSError):
                self._file.close()
            self._writer = self._file = None
        self._new.unlink(missing_ok=True)

    def remove(self) -> None:
        """Nothing is left to continue."""
        self.close()
        self.path.unlink(missing_ok=True)


class SpoolRefused(Exception):
    """What was left behind is of another run: `differing` names what was asked for differently."""

    def __init__(self, path: Path, differing: list[str]) -> None:
        self.path, self.differing = path, differing
        super().__init__(f"{path} is of another run: {', '.join(differing)} differ")


def _differing(kept: Mapping[bytes, bytes] | None, wanted: Mapping[bytes, bytes] | None) -> list[str]:
    before, now = (json.loads((metadata or {}).get(b"run", b"{}")) for metadata in (kept, wanted))
    return sorted(name for name in {*before, *now} if before.get(name) != now.get(name))


def to_bytes(decided: Decided) -> bytes:
    """A decided chunk by itself, as another machine sends it."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, decided.results.schema, options=_LZ4) as writer:
        _write(writer, decided)
    return bytes(sink.getvalue())


def from_bytes(raw: bytes) -> Decided:
    """What `to_bytes` was given."""
    return _read(pa.ipc.open_stream(raw))


def _write(writer: pa.ipc.RecordBatchStreamWriter, decided: Decided) -> None:
    chunk = {
        "refused": [asdict(row) for row in decided.refused],
        "after": decided.after,
        "done": decided.done,
    }
    writer.write_batch(decided.results, {b"chunk": json.dumps(chunk).encode()})


def _read(reader: pa.ipc.RecordBatchStreamReader) -> Decided:
    record = reader.read_next_batch_with_custom_metadata()
    results, chunk = record.batch, json.loads(record.custom_metadata[b"chunk"])
    refused = tuple(
        RefusedRow(row["row"], row["id"], tuple(Refusal(**reason) for reason in row["reasons"]))
        for row in chunk["refused"]
    )
    return Decided(results, refused, chunk["after"], chunk["done"])
