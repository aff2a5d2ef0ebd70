"""What this package was generated from, and with."""

SPEC_SHA256 = "53cc0202a65acd29068f42cbd3a06345bd4c5ea09c166649027dd78b95cbdd77"
"""SHA-256 of the bytes of `spec/openapi.yaml`."""

SPEC_VERSION = "1.3.0"
"""The version that the spec gives itself."""

GENERATOR = "openapi-python-client 0.29.1"
"""The generator and its version."""
