"""What may be shown of a setting. All messages, tables, documents and logs decide it here.

A file or a variable may hold its token anywhere: values are swapped, lines indented, addresses pasted with a login. So
nothing that is read from there is shown before it has gone through `shown`.
"""

from __future__ import annotations

import re
from typing import Final

from sbg_bulk.text import plain

HIDDEN: Final = "***"
"""What stands in place of a secret."""

LEAST_SECRET: Final = 8
"""Characters: a shorter token, as only tests have one, is not looked for, as it may occur by chance."""

_LIKE_A_TOKEN: Final = re.compile(
    r"(?i:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"
    r"|(?=[^\W_]*\d)(?=\d*[^\W\d_])[^\W_]{16,}"
    r"|[^\W_]{28,}"
)
"""Letters and digits mixed as only a machine does, in one piece. Tokens have 32 of them, or are much longer."""


def shown(text: str, *secrets: str | None) -> str:
    """Return a setting on one line, with a placeholder for whatever in it is a secret, or may be one.

    Args:
        text: as it was read.
        secrets: what is known to be secret. Those of fewer than 8 characters are not looked for.
    """
    for secret in secrets:
        if secret is not None and len(secret) >= LEAST_SECRET:
            text = text.replace(secret, HIDDEN)
    return plain(_LIKE_A_TOKEN.sub(HIDDEN, text))


def has_secret(text: str, *secrets: str | None) -> bool:
    """Return whether a setting has something in it that is a secret, or may be one. The arguments are those of `shown`.

    What has none may be shown as it is, wherever it gets to.
    """
    return HIDDEN in shown(text.replace(HIDDEN, ""), *secrets)
