"""TypeScript: types by openapi-typescript, calls by openapi-fetch, checked by tsc, run by Node as it is."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from scripts.lib import npm
from scripts.lib.languages.judge import Performance
from scripts.lib.languages.programs import SOURCES, process
from scripts.lib.languages.scenario import SPEC, Scenario
from scripts.lib.languages.stages import Stage, carrying_out
from scripts.lib.languages.tools import FailedError, run


def stages(folder: Path, scenario: Scenario, keep: Callable[[Performance], object]) -> Sequence[Stage]:
    """Install, generate, check the types, run the program."""

    def install() -> str:
        shutil.copytree(SOURCES / "typescript", folder, dirs_exist_ok=True)
        manifest = json.loads((folder / "package.json").read_text(encoding="utf-8"))
        try:
            modules = npm.modules("typescript", {**manifest["dependencies"], **manifest["devDependencies"]})
        except npm.NpmError as error:
            raise FailedError(str(error)) from None
        (folder / "node_modules").symlink_to(modules)
        return f"{sum(1 for _ in modules.glob('*/package.json'))} packages"

    def generate() -> str:
        run([npm.NODE, "node_modules/openapi-typescript/bin/cli.js", SPEC, "--output", "api.ts"], folder)
        return f"{len((folder / 'api.ts').read_text(encoding='utf-8').splitlines())} lines of types"

    def check() -> str:
        run([npm.NODE, "node_modules/typescript/bin/tsc", "--project", "."], folder)
        refused = (folder / "types.test.ts").read_text(encoding="utf-8").count("// @ts-expect-error")
        return f"tsc --strict; {refused} mistakes are refused, as they should be"

    program = process(lambda: (npm.NODE, folder / "program.ts"), folder, scenario)
    return (
        Stage("installed", install),
        Stage("generated", generate),
        Stage("type-checked", check),
        *carrying_out(scenario, program, keep),
    )
