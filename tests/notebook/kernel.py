"""A real Jupyter kernel, and what the cells that it runs leave behind."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from queue import Empty
from typing import Any, Final

from attrs import define, field
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager

PATIENCE: Final = 60.0
"""Seconds after which what a kernel should do is given up; on a busy machine it takes some to start."""


@define
class Cell:
    """What a cell has left behind.

    Attributes:
        shown: the MIME bundles that stand below it in the end, in their order.
        updates: all that stood in the place of a display before the end, the first one and the last included.
        error: the name of its error, if it has ended with one.
        traceback: what is shown of that.
        text: what it has printed, on both streams.
    """

    shown: list[dict[str, Any]] = field(factory=list)
    updates: list[dict[str, Any]] = field(factory=list)
    error: str | None = None
    traceback: str = ""
    text: str = ""
    _places: dict[str, int] = field(factory=dict)

    @property
    def html(self) -> str:
        """The HTML of all that stands below it."""
        return "\n".join(bundle.get("text/html", "") for bundle in self.shown)

    def take(self, kind: str, content: Mapping[str, Any]) -> None:
        """A message of the kernel."""
        if kind == "stream":
            self.text += content["text"]
        elif kind == "error":
            self.error, self.traceback = content["ename"], "\n".join(content["traceback"])
        elif kind in ("display_data", "execute_result"):
            place = content.get("transient", {}).get("display_id")
            if place is not None:
                self._places[place] = len(self.shown)
                self.updates.append(content["data"])
            self.shown.append(content["data"])
        elif kind == "update_display_data":
            self.shown[self._places[content["transient"]["display_id"]]] = content["data"]
            self.updates.append(content["data"])


class Kernel:
    """A kernel with an environment of its own.

    Args:
        env: its environment.
    """

    def __init__(self, env: Mapping[str, str]) -> None:
        self._interrupted = False
        self._manager = KernelManager(kernel_name="python3")
        self._manager.start_kernel(env=dict(env), cwd=env["HOME"])
        self._client: BlockingKernelClient = self._manager.client()
        self._client.start_channels()
        self._client.wait_for_ready(timeout=PATIENCE)

    def run(self, code: str, meanwhile: Callable[[], object] = lambda: None) -> Cell:
        """Run a cell to its end; `meanwhile` is called again and again until then."""
        message, cell = self._client.execute(code), Cell()
        deadline = time.monotonic() + PATIENCE
        while True:
            assert time.monotonic() < deadline, f"the cell does not end: {cell}"
            meanwhile()
            try:
                told = self._client.get_iopub_msg(timeout=0.05)
            except Empty:
                continue
            if told["parent_header"].get("msg_id") != message:
                continue
            if told["msg_type"] == "status" and told["content"]["execution_state"] == "idle":
                return cell
            cell.take(told["msg_type"], told["content"])

    def interrupt_once(self) -> None:
        """What the button with the square does, however often this is called."""
        if not self._interrupted:
            self._interrupted = True
            self._manager.interrupt_kernel()

    def close(self) -> None:
        """End the kernel."""
        self._client.stop_channels()
        self._manager.shutdown_kernel(now=True)
        self._manager.cleanup_resources()
