"""End a command of a page before a step of its client: Python imports this first, by PYTHONPATH.

`SBG_BULK_BREAK` is `FILE STEP SIGNAL`: the file to which each process adds its number of steps, the step to end before
(-1 for none), and how.
"""

from __future__ import annotations

import atexit
import importlib.util
import os
import sys
from importlib.abc import MetaPathFinder
from pathlib import Path
from typing import Any

MODULE = "sbg_bulk.api.drivers.sync"


class _Finder(MetaPathFinder):
    """Has the blocking driver count its steps, once it is loaded."""

    def __init__(self, file: Path, step: int, signal: int) -> None:
        self._file, self._step, self._signal, self._done = file, step, signal, 0

    def find_spec(self, name: str, path: Any, target: Any = None) -> Any:  # noqa: ARG002
        if name != MODULE:
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        assert spec is not None
        assert spec.loader is not None
        load = spec.loader.exec_module

        def exec_module(module: Any) -> None:
            load(module)
            self._wrap(module.BlockingDriver)

        spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        atexit.register(self._tell)
        return spec

    def _wrap(self, driver: Any) -> None:
        perform = driver._perform

        def counted(itself: Any, step: Any) -> Any:
            if type(step).__name__ != "Now":
                if self._done == self._step:
                    self._tell()
                    os.kill(os.getpid(), self._signal)
                self._done += 1
            return perform(itself, step)

        driver._perform = counted

    def _tell(self) -> None:
        with self._file.open("a", encoding="ascii") as file:
            print(self._done, file=file)


if wanted := os.environ.get("SBG_BULK_BREAK"):
    _file, _step, _signal = wanted.split()
    sys.meta_path.insert(0, _Finder(Path(_file), int(_step), int(_signal)))
