"""What this package was generated from, and with."""

SPEC_SHA256 = "50547e7e4e8afd0c5ddf52567daa222b90d10a2e7d3ed1ff598ea126ae46b527"
"""SHA-256 of the bytes of `spec/openapi.yaml`."""

SPEC_VERSION = "1.3.0"
"""The version that the spec gives itself."""

GENERATOR = "openapi-python-client 0.29.1"
"""The generator and its version."""
