"""What this package was generated from, and with."""

SPEC_SHA256 = "653bdbcc32f62cf8d58b960858f135d9a60d82d2941c98cf8e4cf68f1afa94a2"
"""SHA-256 of the bytes of `spec/openapi.yaml`."""

SPEC_VERSION = "1.3.0"
"""The version that the spec gives itself."""

GENERATOR = "openapi-python-client 0.29.1"
"""The generator and its version."""
