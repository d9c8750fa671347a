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
    token = tmp_path / f"session.yaml.{killed.pid}.00ff.part"
    for part in (left, token, running, other):
        part.write_bytes(b"answers")
    write_whole(tmp_path / "session.yaml", b"new")
    assert not left.exists()
    assert not token.exists()
    assert running.exists()
    assert other.exists()


@pytest.mark.parametrize("guessed", [False, True], ids=["old name", "the very name"])
def test_a_link_that_somebody_planted_leads_no_answer_away(
    path: Path, guessed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    victim = path.parent / "victim"
    victim.write_bytes(b"theirs")
    monkeypatch.setattr(os, "urandom", lambda count: b"\0" * count)
    name = f"{path.name}.{os.getpid()}{'.' + '00' * 8 if guessed else ''}.part"
    (path.parent / name).symlink_to(victim)
    if guessed:
        with pytest.raises(FileExistsError):
            write_whole(path, b"private")
        assert path.read_bytes() == b"old"
    else:
        write_whole(path, b"private")
        assert path.read_bytes() == b"private"
    assert victim.read_bytes() == b"theirs"


def test_a_part_has_a_name_that_nobody_can_guess(path: Path) -> None:
    names = set()
    for _ in range(5):
        with whole_file(path):
            names |= {part.name for part in path.parent.glob("*.part")}
    assert len(names) == 5


def test_a_file_that_somebody_else_made_and_can_read_is_not_written_to(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "urandom", lambda count: b"\0" * count)
    planted = path.parent / f"{path.name}.{os.getpid()}.{'00' * 8}.part"
    planted.write_bytes(b"")
    planted.chmod(0o666)
    reading = planted.open("rb")
    with pytest.raises(FileExistsError):
        write_whole(path, b"private", mode=0o600)
    with reading:
        assert reading.read() == b""


def test_nobody_may_read_more_of_a_file_or_of_its_parts_than_before(path: Path) -> None:
    for mode in (0o600, 0o640, 0o644):
        path.chmod(mode)
        with whole_file(path) as file:
            [part] = path.parent.glob("*.part")
            assert stat.S_IMODE(part.stat().st_mode) == mode
            file.write(b"results")
        assert stat.S_IMODE(path.stat().st_mode) == mode


def test_what_only_looks_like_a_part_that_was_left_stays_and_hinders_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed = subprocess.Popen([sys.executable, "-c", "pass"])
    killed.wait()
    folder = tmp_path / f"session.yaml.{killed.pid}.part"
    link = tmp_path / f"session.yaml.{killed.pid}.00.part"
    theirs = tmp_path / f"session.yaml.{killed.pid}.01.part"
    folder.mkdir()
    link.symlink_to(tmp_path / "nowhere")
    for name in (theirs.name, "session.yaml.x.part", f"session.yaml.{10**30}.ab.part", "session.yaml.part"):
        (tmp_path / name).write_bytes(b"")
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    before = set(tmp_path.iterdir())
    write_whole(tmp_path / "session.yaml", b"new")
    assert set(tmp_path.iterdir()) == before | {tmp_path / "session.yaml"}


def test_a_disk_that_became_read_only_is_what_is_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def read_only(*arguments: object, **named: object) -> None:
        raise OSError(30, "Read-only file system", "part")

    monkeypatch.setattr(os, "fsync", lambda descriptor: (_ for _ in ()).throw(OSError(28, "No space left")))
    monkeypatch.setattr(Path, "unlink", read_only)
    with pytest.raises(OSError, match="cannot be written: No space left") as caught:
        write_whole(path, b"new")
    assert caught.value.filename == str(path)


def test_a_new_file_is_never_written_over_what_stands_there(path: Path) -> None:
    (path.parent / "nowhere").symlink_to("nobody")
    for there in (path, path.parent, path.parent / "nowhere"):
        for write in (refuse_existing, lambda there: write_new(there, b"new")):
            with pytest.raises(FileExistsError, match="exists and is never written over; name a new file"):
                write(there)
    assert path.read_bytes() == b"old"
    assert (path.parent / "nowhere").is_symlink()


def test_a_link_put_in_place_of_a_new_file_is_not_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the moment in which the name was free and the one in which the file takes its place."""
    (tmp_path / "victim").write_bytes(b"theirs")
    make = os.fsync

    def plant(descriptor: int) -> None:
        (tmp_path / "new.yaml").unlink()
        (tmp_path / "new.yaml").symlink_to("victim")
        monkeypatch.setattr(os, "fsync", make)

    monkeypatch.setattr(os, "fsync", plant)
    write_new(tmp_path / "new.yaml", b"ours")
    assert (tmp_path / "victim").read_bytes() == b"theirs"
    assert (tmp_path / "new.yaml").read_bytes() == b"ours"


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
