"""What a command does is imported when it is called: completion needs its options and arguments alone."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any


def later(module: str, name: str) -> Callable[..., Any]:
    """Return a function that calls another, whose module it imports only then.

    Args:
        module: the module, in full.
        name: the function's name there.
    """

    def call(*arguments: Any, **options: Any) -> Any:
        return getattr(import_module(module), name)(*arguments, **options)

    return call
