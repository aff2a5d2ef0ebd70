"""What this package was generated from, and with."""

SPEC_SHA256 = "e7a0e8fb7277a8ec574551b03512935f52f58ee52176eda13e40a77e3fb87df1"
"""SHA-256 of the bytes of `spec/openapi.yaml`."""

SPEC_VERSION = "1.1.0"
"""The version that the spec gives itself."""

GENERATOR = "openapi-python-client 0.29.1"
"""The generator and its version."""
