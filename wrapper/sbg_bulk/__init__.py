"""Copy, move and delete files in bulk on the Seven Bridges platforms.

from sbg_bulk import Client

with Client("cavatica") as client:
    job = client.copy(["5c6d4227e4b0385632389346"], project="rfranklin/my-project")
    job = client.wait(job)
    print(job.state, job.failed_files)
"""

from importlib import import_module
from typing import Any, Final


def _modules() -> dict[str, str]:
    """Return where each public name is defined: `__init__.pyi` has one on each line, for type checkers and for this."""
    assert __spec__ is not None
    stub = __spec__.loader.get_data(f"{__file__}i").decode()  # type: ignore[union-attr]
    lines = (line.split() for line in stub.splitlines() if line.startswith("from "))
    return {name: module for _from, module, _import, name, _as, _same in lines}


_MODULES: Final = _modules()
"""The module of each name. It is loaded when a name of its own is first used: the command starts sooner."""

__all__ = sorted(name for name in _MODULES if not name.startswith("_"))


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULES[name]), name)


def __dir__() -> list[str]:
    return [*globals(), *_MODULES]
