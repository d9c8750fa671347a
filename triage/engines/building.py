"""Compiles `machine.c` when the project is built or installed. For hatchling; nothing else imports it."""

from __future__ import annotations

import hashlib
import os
import shlex
import subprocess
import sysconfig
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_HERE = Path(__file__).parent


class CompiledMachine(BuildHookInterface[Any]):
    """Puts `libmachine.so` beside its source, and into the wheel."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Raises SystemExit with what the compiler says when it fails."""
        source, built = _HERE / "machine.c", _HERE / "libmachine.so"
        digest = hashlib.sha256(source.read_bytes()).hexdigest()
        compiler = shlex.split(os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc")
        flags = ["-std=c11", "-O3", "-shared", "-fPIC", f'-DSOURCE="{digest}"']
        new = built.with_suffix(".new")  # a process may run the old one
        command = [*compiler, *flags, "-o", str(new), str(source)]
        try:
            done = subprocess.run(command, capture_output=True, text=True)  # noqa: S603 - nothing of it is input
        except OSError as error:
            raise SystemExit(f"{command[0]} cannot be run ({error.strerror}): install a C compiler") from None
        if done.returncode != 0:
            raise SystemExit(f"{shlex.join(command)} failed:\n{done.stderr}")
        new.replace(built)
        build_data["artifacts"].append(str(built.relative_to(self.root)))
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{sysconfig.get_platform().replace('-', '_').replace('.', '_')}"
