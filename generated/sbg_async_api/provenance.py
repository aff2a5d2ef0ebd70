"""What this package was generated from, and with."""

SPEC_SHA256 = "89c5c6175d979529a4dd2159365ada4d657c45c63626f6dc6cd911719d6c6129"
"""SHA-256 of the bytes of `spec/openapi.yaml`."""

SPEC_VERSION = "1.0.0"
"""The version that the spec gives itself."""

GENERATOR = "openapi-python-client 0.29.1"
"""The generator and its version."""
