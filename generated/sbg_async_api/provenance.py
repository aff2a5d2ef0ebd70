"""What this package was generated from, and with."""

SPEC_SHA256 = "ffe23449e884b6d312b86e17a8fe562c5b3e23daf7f6c09f239daee982a0b344"
"""SHA-256 of the bytes of `spec/openapi.yaml`."""

SPEC_VERSION = "1.2.0"
"""The version that the spec gives itself."""

GENERATOR = "openapi-python-client 0.29.1"
"""The generator and its version."""
