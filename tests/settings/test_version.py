"""`sbg-bulk --version`: what this is, and what it was made from."""

from __future__ import annotations

import hashlib
import platform
from importlib import metadata

import pytest

from sbg_async_api import provenance
from sbg_bulk.cli.options import version
from scripts.lib.generate import SPEC
from tests.cli.harness import run_process


def test_the_version_names_the_contract_its_generator_and_python(env: dict[str, str]) -> None:
    ran = run_process(["--version"], env)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines() == [
        f"sbg-bulk {metadata.version('sbg-bulk')}",
        f"contract {provenance.SPEC_VERSION}, sha256 {hashlib.sha256(SPEC.read_bytes()).hexdigest()[:12]}",
        f"generator openapi-python-client {metadata.version('openapi-python-client')}",
        f"Python {platform.python_version()}",
    ]


def test_a_contract_that_the_client_was_not_generated_from_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sbg_bulk.provenance._contract", lambda: b"another")
    line = version.version_text().splitlines()[1]
    assert f"sha256 {hashlib.sha256(b'another').hexdigest()[:12]} " in line
    assert line.endswith(f"(the client was generated from another: sha256 {provenance.SPEC_SHA256[:12]})")
