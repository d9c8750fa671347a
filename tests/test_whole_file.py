"""A file is written whole or not at all."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from triage.book.whole_file import refuse_existing, whole_file, write_new, write_whole


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file with an old content, alone in its folder."""
    path = tmp_path / "session.yaml"
    path.write_bytes(b"old")
    return path


def test_a_file_has_its_new_content_and_nothing_is_left_beside_it(path: Path) -> None:
    write_whole(path, b"new")
    assert path.read_bytes() == b"new"
    assert list(path.parent.iterdir()) == [path]


def test_a_file_that_was_not_there_is_made(tmp_path: Path) -> None:
    write_whole(tmp_path / "new.yaml", b"")
    assert (tmp_path / "new.yaml").read_bytes() == b""


def test_until_everything_is_written_a_reader_sees_the_old_content(path: Path) -> None:
    with whole_file(path) as file:
        file.write(b"new")
        file.flush()
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"


@pytest.mark.parametrize("error", [ValueError, OSError, KeyboardInterrupt, SystemExit])
def test_after_any_exception_the_old_content_stands_alone(path: Path, error: type[BaseException]) -> None:
    def write_half() -> None:
        with whole_file(path) as file:
            file.write(b"half")
            raise error

    with pytest.raises(error):
        write_half()
    assert path.read_bytes() == b"old"
    assert list(path.parent.iterdir()) == [path]


def test_a_disk_that_fails_at_the_last_moment_leaves_the_old_content(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_whole(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(path.parent.iterdir()) == [path]


def test_content_reaches_the_disk_before_the_file_takes_its_place(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    flush, replace = os.fsync, os.replace

    def noted_flush(descriptor: int) -> None:
        done.append("flush")
        flush(descriptor)

    def noted_replace(old: Path, new: Path) -> None:
        done.append("replace")
        replace(old, new)

    monkeypatch.setattr(os, "fsync", noted_flush)
    monkeypatch.setattr(os, "replace", noted_replace)
    write_whole(path, b"new")
    assert done == ["flush", "replace", "flush"]


def test_a_process_that_is_killed_while_writing_leaves_the_old_content(path: Path) -> None:
    code = (
        "import os, signal, sys; from pathlib import Path; from triage.book.whole_file import whole_file\n"
        "with whole_file(Path(sys.argv[1])) as file:\n"
        "    file.write(b'half'); file.flush(); os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    root = Path(__file__).parent.parent
    ended = subprocess.run([sys.executable, "-c", code, str(path)], cwd=root, check=False)
    assert ended.returncode == -9
    assert path.read_bytes() == b"old"
    write_whole(path, b"new")
    assert path.read_bytes() == b"new"


def test_only_its_owner_may_read_a_file_that_is_written_so(path: Path) -> None:
    write_whole(path, b"private", mode=0o600)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo], ids=["folder", "pipe"])
def test_what_is_no_plain_file_is_refused_and_never_replaced(tmp_path: Path, make: object) -> None:
    """`-o /dev/null` as root would otherwise put a plain file in its place."""
    assert callable(make)
    make(tmp_path / "special")
    before = (tmp_path / "special").stat()
    with pytest.raises(OSError, match="Not a plain file"):
        write_whole(tmp_path / "special", b"new")
    assert os.path.samestat((tmp_path / "special").stat(), before)


def test_a_folder_that_is_not_there_is_an_error_and_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        write_whole(tmp_path / "no" / "file", b"new")
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_process_left_beside_a_file_is_cleared(tmp_path: Path) -> None:
    killed = subprocess.Popen([sys.executable, "-c", "pass"])
    killed.wait()
    left = tmp_path / f"session.yaml.{killed.pid}.part"
    running = tmp_path / f"session.yaml.{os.getppid()}.part"
    other = tmp_path / f"another.yaml.{killed.pid}.part"
    for part in (left, running, other):
        part.write_bytes(b"answers")
    write_whole(tmp_path / "session.yaml", b"new")
    assert not left.exists()
    assert running.exists()
    assert other.exists()


def test_a_new_file_is_never_written_over_what_stands_there(path: Path) -> None:
    (path.parent / "nowhere").symlink_to("nobody")
    for there in (path, path.parent, path.parent / "nowhere"):
        for write in (refuse_existing, lambda there: write_new(there, b"new")):
            with pytest.raises(FileExistsError, match="exists and is never written over; name a new file"):
                write(there)
    assert path.read_bytes() == b"old"
    assert (path.parent / "nowhere").is_symlink()


def test_a_new_file_is_whole_or_does_not_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_new(tmp_path / "new.yaml", b"new")
    assert (tmp_path / "new.yaml").read_bytes() == b"new"

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_new(tmp_path / "half.yaml", b"half")
    assert [file.name for file in tmp_path.iterdir()] == ["new.yaml"]


def test_a_link_keeps_leading_to_its_file(tmp_path: Path) -> None:
    (tmp_path / "real.txt").write_text("old")
    (tmp_path / "link.txt").symlink_to("real.txt")
    write_whole(tmp_path / "link.txt", b"new")
    assert (tmp_path / "link.txt").is_symlink()
    assert (tmp_path / "real.txt").read_text() == "new"


def test_what_cannot_be_written_is_told_by_the_name_that_was_given(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="cannot be written: No such file or directory") as caught:
        write_whole(tmp_path / "missing" / "out.csv", b"")
    assert caught.value.filename == str(tmp_path / "missing" / "out.csv")
