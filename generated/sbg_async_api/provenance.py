"""What this package was generated from, and with."""

SPEC_SHA256 = "36533223846e9c6809ab30edb3d55cb2a7ef947c3b53df39078db588e6566996"
"""SHA-256 of the bytes of `spec/openapi.yaml`."""

SPEC_VERSION = "1.2.0"
"""The version that the spec gives itself."""

GENERATOR = "openapi-python-client 0.29.1"
"""The generator and its version."""
