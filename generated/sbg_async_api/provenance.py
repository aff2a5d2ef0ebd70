"""What this package was generated from, and with."""

SPEC_SHA256 = "7e510baef17acab893140971e394ee5f072c1addb136e4023d8137d9b14bff07"
"""SHA-256 of the bytes of `spec/openapi.yaml`."""

SPEC_VERSION = "1.0.0"
"""The version that the spec gives itself."""

GENERATOR = "openapi-python-client 0.29.1"
"""The generator and its version."""
