"""What this package was made from: the contract, and the client that was generated from it."""

from __future__ import annotations

import hashlib
from importlib import resources
from pathlib import Path

from attrs import frozen

from sbg_async_api import provenance as generated
from sbg_bulk.version import __version__


@frozen
class Provenance:
    """Where the client comes from.

    Attributes:
        package_version: the version of this package.
        contract_version: the version that the contract gives itself, of which the client was generated.
        contract_digest: the SHA-256 of the contract that is here, in hexadecimal.
        generated_from: the SHA-256 of the contract that the client was generated from; the same, unless the contract
            was changed since.
        generator: the generator and its version.
    """

    package_version: str
    contract_version: str
    contract_digest: str
    generated_from: str
    generator: str

    @classmethod
    def found(cls) -> Provenance:
        """Return that of this installation."""
        digest = hashlib.sha256(_contract()).hexdigest()
        return cls(__version__, generated.SPEC_VERSION, digest, generated.SPEC_SHA256, generated.GENERATOR)


def _contract() -> bytes:
    """The contract, as it is shipped; in a checkout, as it stands there."""
    checkout = Path(__file__).resolve().parents[2] / "spec" / "openapi.yaml"
    shipped = resources.files("sbg_async_api") / "openapi.yaml"
    return checkout.read_bytes() if checkout.is_file() else shipped.read_bytes()
