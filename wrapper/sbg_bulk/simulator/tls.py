"""What the simulator speaks https with: a certificate of an authority that is made for this one start.

The authority's key never leaves the process, so that nobody can make other certificates that those who trust it would
take for good.
"""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import trustme

_NAMES = ("localhost", "127.0.0.1", "::1")
_VALID = timedelta(days=90)  # browsers refuse what is valid for much longer than a year


def make_context(host: str, authority: Path) -> ssl.SSLContext:
    """Return what a server at that host speaks TLS with, good for the names of this machine too.

    The certificate to trust is written to the file `authority`, as PEM. Raises OSError if it cannot be written.
    """
    ca = trustme.CA(organization_name="sbg-bulk simulator")
    names = dict.fromkeys((*_NAMES, host))
    certificate = ca.issue_cert(*names, not_after=datetime.now(UTC) + _VALID)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    try:
        authority.write_bytes(ca.cert_pem.bytes())
    except OSError as error:
        raise OSError(error.errno, f"cannot write the certificate to {authority}: {error.strerror}") from None
    return context
