"""What this package was generated from, and with."""

SPEC_SHA256 = "08803ce338ea0079dc66e1ab363b4465e4ae57fdc71d5886b044565b257bdcf4"
"""SHA-256 of the bytes of `spec/openapi.yaml`."""

SPEC_VERSION = "1.0.0"
"""The version that the spec gives itself."""

GENERATOR = "openapi-python-client 0.29.1"
"""The generator and its version."""
