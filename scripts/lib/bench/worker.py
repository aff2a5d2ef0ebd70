"""Call one function of the benchmark in a process of its own: `worker MODULE:FUNCTION ARGUMENTS`, these as JSON."""

from __future__ import annotations

import json
import os
import sys
from importlib import import_module


def main() -> None:
    place, arguments = sys.argv[1:]
    module, name = place.split(":")
    for variable in [name for name in os.environ if name.lower().endswith("_proxy")]:
        del os.environ[variable]  # all that subjects speak to is on this machine
    answer = getattr(import_module(module), name)(**json.loads(arguments))
    if answer is not None:
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
