"""Generate the package `sbg_async_api` from `spec/openapi.yaml`, or check that it is what it would be."""

from __future__ import annotations

import argparse
import filecmp
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from importlib import metadata
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
SPEC = ROOT / "spec" / "openapi.yaml"
CONFIG = ROOT / "generated" / "config.yaml"
TEMPLATES = Path(__file__).with_name("generate_templates")
"""The generator's own templates where they are changed; see "Changed templates" in spec/README.md."""
PACKAGE = ROOT / "generated" / "sbg_async_api"

PROVENANCE = '''"""What this package was generated from, and with."""

SPEC_SHA256 = "{digest}"
"""SHA-256 of the bytes of `spec/openapi.yaml`."""

SPEC_VERSION = "{version}"
"""The version that the spec gives itself."""

GENERATOR = "{generator}"
"""The generator and its version."""
'''


def pinned_tools() -> dict[str, str]:
    """Return the tools of the extra `generate` that are pinned to one version, as {name: version}."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    exact = (requirement.split("==") for requirement in project["optional-dependencies"]["generate"])
    return {parts[0].strip(): parts[1].strip() for parts in exact if len(parts) == 2}


def require_pinned(tools: dict[str, str]) -> None:
    """Exit unless the installed tools have the pinned versions: others write other bytes."""
    for name, wanted in tools.items():
        installed = metadata.version(name)
        if installed != wanted:
            sys.exit(f"generate: {name} {installed} is installed, but pyproject.toml pins {wanted}.")


def generate(target: Path) -> None:
    """Write the package, as a whole, to the folder `target`, which must not exist."""
    tools = pinned_tools()
    require_pinned(tools)
    # The formatter of the same environment is to be found first, also when this runs without activation.
    commands = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    generator = [sys.executable, "-m", "openapi_python_client", "generate", "--fail-on-warning"]
    options: list[str | Path] = ["--meta", "none", "--path", SPEC, "--config", CONFIG, "--output-path", target]
    options += ["--custom-template-path", TEMPLATES]
    done = subprocess.run([*generator, *options], stdout=subprocess.DEVNULL, env={**os.environ, "PATH": commands})
    if done.returncode:
        sys.exit("generate: openapi-python-client rejects spec/openapi.yaml; see above. generated/ is as it was.")
    spec = SPEC.read_bytes()
    provenance = PROVENANCE.format(
        digest=hashlib.sha256(spec).hexdigest(),
        version=yaml.safe_load(spec)["info"]["version"],
        generator=f"openapi-python-client {tools['openapi-python-client']}",
    )
    (target / "provenance.py").write_text(provenance, encoding="utf-8")
    (target / "py.typed").write_bytes(b"")


def files_below(folder: Path) -> set[Path]:
    """Return the files in a folder, relative to it, without what Python and editors leave behind."""
    return {
        path.relative_to(folder) for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts
    }


def differences(expected: Path, found: Path) -> list[str]:
    """Return a line for each file that is missing, superfluous or not the same to the byte."""
    wanted, present = files_below(expected), files_below(found)
    lines = [f"missing: {path}" for path in sorted(wanted - present)]
    lines += [f"not generated: {path}" for path in sorted(present - wanted)]
    same = wanted & present
    lines += [f"differs: {p}" for p in sorted(same) if not filecmp.cmp(expected / p, found / p, shallow=False)]
    return lines


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/generate", description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 if a byte would change")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        fresh = Path(temporary) / "sbg_async_api"
        generate(fresh)
        if options.check:
            lines = differences(fresh, PACKAGE)
            for line in lines:
                print(f"generated/sbg_async_api: {line}")
            if lines:
                print("Run scripts/generate; generated code is never edited by hand.")
            return 1 if lines else 0
        shutil.rmtree(PACKAGE, ignore_errors=True)
        shutil.copytree(fresh, PACKAGE)
        print(f"generated/sbg_async_api: {len(files_below(PACKAGE))} files from {SPEC.relative_to(ROOT)}")
        return 0


if __name__ == "__main__":
    sys.exit(main())
