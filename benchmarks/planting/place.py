"""A copy of the checkout with a Python of its own, where a mistake can be planted and hurts nobody."""

from __future__ import annotations

import itertools
import os
import shutil
import sys
import venv
from pathlib import Path

from planting.mistakes import Mistake

CHECKOUT = Path(__file__).resolve().parents[2]
_NAMED = os.environ.get("PYTHONPATH", "").split(os.pathsep)
_LEFT_OUT = shutil.ignore_patterns(".venv", ".git", "__pycache__", ".hypothesis", ".*_cache", "*.egg-info")
_TRACED = '''"""Starts the measuring in every process that a measured test starts."""
import pathlib

now = pathlib.Path({now!r})
if now.exists():
    import atexit
    import os

    import coverage

    measured = coverage.Coverage(
        data_file=now.with_name(f"part.{{os.getpid()}}"),
        config_file=False,
        include=[{code!r} + "/*"],
        context=now.read_text(),
        messages=False,
    )
    measured.set_option("run:disable_warnings", ["no-data-collected", "module-not-measured", "no-ctracer"])
    measured.start()
    atexit.register(measured.save)
    atexit.register(measured.stop)
'''


class Place:
    """The copy, in a folder that may be deleted at any time; `now` is where the test at work is written."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.checkout = folder / "checkout"
        self.code = self.checkout / "triage"
        self.python = folder / "env" / "bin" / "python"
        self.now = folder / "now"
        self._planted = itertools.count()
        self._right = ""

    @property
    def entered(self) -> bool:
        return Path(sys.prefix) == self.folder / "env"

    def enter(self) -> None:
        """Makes the copy anew, and starts this program again in it."""
        shutil.rmtree(self.checkout, ignore_errors=True)
        shutil.rmtree(self.folder / "env", ignore_errors=True)
        shutil.copytree(CHECKOUT, self.checkout, ignore=_LEFT_OUT)
        venv.create(self.folder / "env", symlinks=True, with_pip=False)
        [packages] = (self.folder / "env" / "lib").glob("python*/site-packages")
        (packages / "traced.py").write_text(_TRACED.format(now=str(self.now), code=str(self.code)))
        others = [path for path in sys.path[1:] if "site-packages" in path or path in _NAMED]
        others = [path for path in others if not (Path(path) / "triage" / "__init__.py").exists()]
        first = f"import sys; sys.path.insert(0, {str(self.checkout)!r})\n"
        (packages / "here.pth").write_text(
            first + "".join(f"{path}\n" for path in others) + "import traced\n"
        )
        command = self.python.with_name("triage")
        command.write_text(
            f"#!{self.python}\nimport sys\nfrom triage.__main__ import main\nsys.exit(main())\n"
        )
        command.chmod(0o755)
        environment = {name: text for name, text in os.environ.items() if name != "PYTHONPATH"}
        os.execve(self.python, [str(self.python), *sys.argv], {**environment, "COVERAGE_CORE": "ctrace"})

    def plant(self, mistake: Mistake) -> None:
        """Puts the mistake into the copy, in place of the module as it is."""
        self._right = (self.checkout / mistake.file).read_text()
        self._write(mistake.file, mistake.code)

    def mend(self, mistake: Mistake) -> None:
        """Puts back what `plant` took."""
        self._write(mistake.file, self._right)

    def _write(self, file: str, code: str) -> None:
        """Each time with another date: Python knows what it has compiled by date and size."""
        (self.checkout / file).write_text(code)
        date = 1_000_000_000 + os.getpid() * 10_000 + next(self._planted)
        os.utime(self.checkout / file, (date, date))
