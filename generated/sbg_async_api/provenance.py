"""What this package was generated from, and with."""

SPEC_SHA256 = "32c076a86d76bb8e7b6fcf4e0ad3d974d37935c3bc215753473fc49c95a52ca2"
"""SHA-256 of the bytes of `spec/openapi.yaml`."""

SPEC_VERSION = "1.3.0"
"""The version that the spec gives itself."""

GENERATOR = "openapi-python-client 0.29.1"
"""The generator and its version."""
