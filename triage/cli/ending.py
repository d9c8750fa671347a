"""How a command ends: its exit codes, and every error in words instead of a traceback."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import click

from triage.book.legible import one_line
from triage.cli.memory import START, TOLD, is_of_memory, need
from triage.cli.terminal import echo

DONE, PROBLEMS_FOUND, UNREADABLE, ENGINES_DISAGREE, TOO_LITTLE_MEMORY = 0, 1, 2, 3, 4
INTERRUPTED, READER_GONE = 130, 141  # what a shell reports of SIGINT and of SIGPIPE
_EXTRAS = (  # the modules that only an extra brings, what they are, and how they are installed
    (("z3", "pysat"), "a solver", "z3-solver python-sat"),
    (("altair", "vl_convert"), "Altair", "altair vl-convert-python"),
    (("pyspark",), "PySpark", '"pyspark>=4" "pandas<3"'),
)


class _ReaderGone(Exception):
    """Nobody reads what is printed any more. Click would make 1 of it, *problems found*."""


class SpeakingGroup(click.Group):
    """A group whose commands never show a traceback, unless TRIAGE_TRACEBACK is set."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Runs a command and exits, in words. Where the reader went away (`| head`), it ends without any."""
        if kwargs.get("standalone_mode") is False:
            return super().main(*args, **kwargs)
        try:
            _steady_streams()
            self._run(*args, **kwargs)
        except (BrokenPipeError, _ReaderGone):
            _forget_output()
            sys.exit(READER_GONE)
        except OSError:  # the words of an error could not be written: standard error is a full disk
            if _shows_tracebacks():
                raise
            _forget_output()
            sys.exit(UNREADABLE)

    def _run(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Click's own ending would say 1, *problems found*, when interrupted."""
        try:
            need(START)
            sys.exit(super().main(*args, **{**kwargs, "standalone_mode": False}) or DONE)
        except click.ClickException as error:
            _show(error)
            sys.exit(error.exit_code)
        except click.Abort:
            echo("Stopped.", err=True)
            sys.exit(INTERRUPTED)
        except _ReaderGone:
            raise
        except Exception as error:
            if _shows_tracebacks():
                raise
            if is_of_memory(error):
                os.write(2, TOLD)  # anything else would take memory
                sys.exit(TOO_LITTLE_MEMORY)
            _say_and_exit(error)

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        """Reads the command line, which prints what `--help` asks for."""
        with _a_reader_may_go():
            return super().make_context(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command, and makes sure that all of its answer was written."""
        with _a_reader_may_go():
            result = super().invoke(ctx)
            sys.stdout.flush()
            return result


def _shows_tracebacks() -> bool:
    return bool(os.environ.get("TRIAGE_TRACEBACK"))


@contextmanager
def _a_reader_may_go() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise _ReaderGone from None


class WrongUsage(click.UsageError):
    """A wrong use that is told in several lines; a line break inside of one is part of somebody's name."""

    def __init__(self, *lines: str) -> None:
        super().__init__("\n".join(map(one_line, lines)))


def _show(error: click.ClickException) -> None:
    """Shows what click found wrong; it repeats what was typed."""
    message = error.format_message()
    if not isinstance(error, WrongUsage | click.MissingParameter):
        message = one_line(message)
    error.format_message = lambda: message  # type: ignore[method-assign]
    said = io.StringIO()
    error.show(said)
    for line in said.getvalue().splitlines():
        echo(line, err=True)


def _forget_output() -> None:
    """Keeps Python from writing the rest of the output again at its end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(nowhere, stream.fileno())


def _steady_streams() -> None:
    """Closed input reads as ended, and closed talk is unheard; with nowhere to put an answer, nothing runs.

    A letter that a stream cannot carry is escaped and never an error.
    """
    sys.stdin = sys.stdin or Path(os.devnull).open()  # noqa: SIM115 - it stays open as long as the process
    sys.stderr = sys.stderr or Path(os.devnull).open("w")  # noqa: SIM115
    if sys.stdout is None:
        echo("Standard output is closed, so that nobody could read the answer.", err=True)
        sys.exit(UNREADABLE)
    for stream in (sys.stdin, sys.stdout):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _say_and_exit(error: Exception) -> NoReturn:
    from triage.book.problems import Problems, lines_of
    from triage.engines.durable import EngineUnavailable

    if isinstance(error, Problems):
        for line in lines_of(error.problems):
            echo(line, err=True)
    elif isinstance(error, EngineUnavailable):
        echo(str(error), err=True)
    elif isinstance(error, ModuleNotFoundError) and (extra := _extra_with(error.name)):
        what, libraries = extra
        command = f"{sys.executable} -m pip install {libraries}"
        echo(f"This needs {what}. Install it with:", err=True)
        echo(f"  {command}", err=True)
    elif isinstance(error, OSError):
        echo(f"{error.filename or 'output'}: {error.strerror or error}", err=True)
        if error.filename is None:
            _forget_output()  # it may be a full disk
    else:
        echo(f"triage has a defect: {type(error).__name__}: {error}", err=True)
        what = "Nothing was decided. Please report it with the input; TRIAGE_TRACEBACK=1 shows more."
        echo(what, err=True)
    sys.exit(UNREADABLE)


def _extra_with(module: str | None) -> tuple[str, str] | None:
    """What an extra that brings a module is, and its libraries."""
    return next(((what, libraries) for modules, what, libraries in _EXTRAS if module in modules), None)
