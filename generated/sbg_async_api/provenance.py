"""What this package was generated from, and with."""

SPEC_SHA256 = "84d503a2858f1a0c4bcd47017f9232f19b1f52465f427d31de0088cb40c18405"
"""SHA-256 of the bytes of `spec/openapi.yaml`."""

SPEC_VERSION = "1.0.0"
"""The version that the spec gives itself."""

GENERATOR = "openapi-python-client 0.29.1"
"""The generator and its version."""
