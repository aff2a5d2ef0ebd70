"""Settings: where to connect, and as whom.

What is given as an argument counts first, then the environment (`SB_API_ENDPOINT`, `SB_AUTH_TOKEN`), then a
profile of `~/.sevenbridges/credentials`: the order of the official clients
(https://docs.sevenbridges.com/docs/store-credentials-to-access-seven-bridges-client-applications-and-libraries).
The profile is the one given, or the one that `SB_PROFILE` names, or `default`. One that is given counts before the
environment. `SB_PROFILE` beside another token or endpoint in the environment is refused: nothing is done on an account
that may not be the one meant. A token is used with the endpoint it was stored with, and with no other.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from difflib import get_close_matches
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, urlsplit

from attrs import field, frozen

from sbg_bulk.errors import SettingsError
from sbg_bulk.settings import credentials as credentials_file
from sbg_bulk.settings.credentials import Profile
from sbg_bulk.settings.deployments import DEPLOYMENTS
from sbg_bulk.settings.hosts import is_host, is_loopback
from sbg_bulk.settings.shown import has_secret
from sbg_bulk.text import command_line, either

ENVIRONMENT: Final = "the environment"
"""Where settings are from that are those of the environment."""

ENDPOINT_VARIABLE: Final = "SB_API_ENDPOINT"
TOKEN_VARIABLE: Final = "SB_AUTH_TOKEN"  # noqa: S105 - the variable's name
PROFILE_VARIABLE: Final = "SB_PROFILE"
DEFAULT_PROFILE: Final = "default"


class Token:
    """An authentication token that does not show itself.

    `str`, `repr` and formatting give a placeholder, and it cannot be pickled; only `reveal` gives the value.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        value = value.strip()
        if not value:
            raise SettingsError("The token is empty.")
        if not value.isascii() or not value.isprintable() or " " in value:
            raise SettingsError(
                "The token contains characters that no token has. Copy it again, completely and without anything else."
            )
        self._value = value

    def reveal(self) -> str:
        """Return the token itself, for the one header it is sent in."""
        return self._value

    def mark(self, place: str) -> str:
        """Return what the token can be known again by in a place, e.g. a run; nobody finds it out from there.

        A keyed digest: tokens are long and random, so there is no trying them out.
        """
        # Loaded when a run asks: the command starts sooner.
        import hmac

        return hmac.new(place.encode(), self._value.encode(), "sha256").hexdigest()

    def __repr__(self) -> str:
        return "Token(***)"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Token) and other._value == self._value

    def __hash__(self) -> int:
        return hash((Token, self._value))

    def __reduce__(self) -> str:
        raise TypeError("A token cannot be pickled.")


@frozen
class Settings:
    """An endpoint, and a token for it.

    Attributes:
        endpoint: the base URL of the API, without a slash at the end.
        token: sent to the endpoint's host, and nowhere else.
        source: where the token was found, for messages.
    """

    endpoint: str
    token: Token = field(repr=False)
    source: str = "arguments"

    def __attrs_post_init__(self) -> None:
        if has_secret(self.endpoint, self.token.reveal()):
            raise SettingsError(f"{self.source}: the endpoint contains something that looks like a token. Remove it.")

    @classmethod
    def find(
        cls,
        endpoint: str | None = None,
        token: str | Token | None = None,
        profile: str | None = None,
        *,
        environment: Mapping[str, str] | None = None,
        credentials: Path | None = None,
        bare: bool = False,
    ) -> Settings:
        """Put together what is given and what is stored.

        Args:
            endpoint: a base URL or a short name of DEPLOYMENTS.
            token: the token, if not to be taken from the environment or the file.
            profile: a section of the credentials file; given, the environment does not count. None for what
                `SB_PROFILE` says.
            environment: instead of `os.environ`.
            credentials: instead of `~/.sevenbridges/credentials`.
            bare: whether an endpoint may have no path, as a service of one's own may; the platforms' have one.

        Raises:
            SettingsError: something is missing, malformed or contradictory.
        """
        wanted = None if endpoint is None else normal_endpoint(endpoint, bare=bare)
        if token is not None and wanted is not None:
            return cls(wanted, _as_token(token))
        stored = _stored(profile, os.environ if environment is None else environment, credentials)
        place = ENDPOINT_VARIABLE if stored.source == ENVIRONMENT else stored.source
        found = None if stored.endpoint is None else normal_endpoint(stored.endpoint, place, stored.token, bare=bare)
        if token is not None:
            if found is None:
                raise SettingsError(
                    f"The endpoint is missing. Pass one, or set {ENDPOINT_VARIABLE}: a base URL, or one of: "
                    f"{', '.join(DEPLOYMENTS)}."
                )
            return cls(found, _as_token(token))
        if stored.token is None:
            raise SettingsError(_no_token(stored.source))
        if wanted is not None and found is not None and wanted != found:
            raise SettingsError(
                f"The token in {stored.source} is for {found}, so it is not sent to {wanted}. "
                f"Choose a profile for {wanted}, or set both {ENDPOINT_VARIABLE} and {TOKEN_VARIABLE}."
            )
        if wanted is None and found is None:
            raise SettingsError(
                f"The token in {stored.source} has no endpoint. Add one there, or pass one: a base URL, or one of: "
                f"{', '.join(DEPLOYMENTS)}."
            )
        return cls(wanted or found or "", Token(stored.token), stored.source)


def normal_endpoint(text: str, source: str = "the endpoint given", *secrets: str | None, bare: bool = False) -> str:
    """Return the base URL that an endpoint or a platform's short name means, without a slash at the end.

    It may be shown: see `shown`.

    Args:
        text: as it was read.
        source: where, for messages.
        secrets: what is known to be secret.
        bare: whether it may have no path.

    Raises:
        SettingsError: it is neither, or would send the token unprotected over a network.
    """
    text = text.strip()
    if text.lower() in DEPLOYMENTS:
        return DEPLOYMENTS[text.lower()]
    # What is no plain URL is not quoted: it may be the token, in the wrong place.
    parts, port = _split(text)
    if parts is None:
        raise SettingsError(f"{source}: not a valid URL.")
    if parts.username or parts.password:
        raise SettingsError(f"{source}: remove the user and password from the URL.")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        alike = get_close_matches(text.lower(), DEPLOYMENTS, n=1)
        raise SettingsError(
            f"{source}: neither a URL such as https://cgc-api.sbgenomics.com/v2 nor one of: {', '.join(DEPLOYMENTS)}."
            f"{f' Did you mean {alike[0]}?' if alike else ''}"
        )
    if odd := [one for one in text if not "!" <= one <= "~"]:
        names = ", ".join(f"U+{ord(one):04X}" for one in dict.fromkeys(odd))
        raise SettingsError(
            f"{source}: the URL contains characters that are not allowed, possibly invisible ones: {names}."
        )
    if parts.query or parts.fragment:
        raise SettingsError(f"{source}: the URL must end with its path, usually /v2.")
    if not is_host(parts.hostname):
        raise SettingsError(f"{source}: the host name in the URL is not valid. Check it for typing errors.")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    base = f"{parts.scheme}://{host if port is None else f'{host}:{port}'}"
    path = parts.path.rstrip("/")
    if has_secret(f"{base}{path}", *secrets):
        raise SettingsError(f"{source}: the URL contains something that looks like a token. Remove it.")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise SettingsError(f"{source}: {base}{path} would send the token unencrypted. Use https.")
    if not path and not bare:
        raise SettingsError(f"{source}: {base} lacks the path, usually /v2. Try {base}/v2")
    return f"{base}{path}"


def _split(text: str) -> tuple[SplitResult | None, int | None]:
    """Return the parts of a URL and its port; None of it that is none. The error that says so would quote it."""
    with suppress(ValueError):
        parts = urlsplit(text)
        return parts, parts.port
    return None, None


def shown_endpoint(text: str | None, *secrets: str | None) -> str | None:
    """Return the base URL that an endpoint means, as it may be shown; None if it is none, or has a secret in it."""
    with suppress(SettingsError):
        return normal_endpoint(text or "", "", *secrets)
    return None


@frozen
class _Stored:
    endpoint: str | None = field(repr=False)
    token: str | None = field(repr=False)
    source: str


def _stored(profile: str | None, environment: Mapping[str, str], credentials: Path | None) -> _Stored:
    """Return endpoint and token from the first place that has a token; they are never mixed.

    Where there is no home folder, the file is missed by those who need it only.
    """
    if profile is not None:
        return _of_profile(credentials or credentials_file.usual_path(), profile)
    endpoint, token = environment.get(ENDPOINT_VARIABLE) or None, environment.get(TOKEN_VARIABLE) or None
    named = environment.get(PROFILE_VARIABLE) or None
    if named is not None:
        stored = _of_profile(credentials or credentials_file.usual_path(), named)
        _check_agreement(stored, endpoint, token)
        return stored
    if token is not None:
        return _Stored(endpoint, token, ENVIRONMENT)
    file = credentials or credentials_file.usual_path()
    profiles = credentials_file.read(file)
    if endpoint is not None and not profiles:
        return _Stored(endpoint, None, ENVIRONMENT)
    default = profiles.get(DEFAULT_PROFILE)
    stored = _Stored(None, None, str(file)) if default is None else _stored_in(default, file)
    if endpoint is not None:
        return (
            stored if stored.endpoint is not None and _same(endpoint, stored) else _Stored(endpoint, None, ENVIRONMENT)
        )
    return stored


def _of_profile(credentials: Path, name: str) -> _Stored:
    profiles = credentials_file.read(credentials)
    if name in profiles:
        return _stored_in(profiles[name], credentials)
    if has_secret(name):
        raise SettingsError(
            f"{credentials} has no such profile. What you passed looks like a token: pass the profile's name instead."
        )
    make = f"Create it with: {command_line('configure', '--profile', name)}"
    if not profiles and not os.path.lexists(credentials):
        raise SettingsError(f"Profile {name!r} was not found: there is no file {credentials}. {make}")
    raise SettingsError(
        f"{credentials} has no profile {name!r}. Choose one of: {credentials_file.names(profiles)}. {make}"
    )


def _stored_in(profile: Profile, credentials: Path) -> _Stored:
    profile.check(credentials)
    return _Stored(profile.endpoint, profile.token, profile.in_file(credentials))


def _check_agreement(stored: _Stored, endpoint: str | None, token: str | None) -> None:
    """Refuse a profile of the environment beside another pair there: nobody can tell which account is meant."""
    if token is not None and token.strip() != stored.token:
        other = f"{TOKEN_VARIABLE} has a different token"
    elif endpoint is not None and stored.endpoint is not None and not _same(endpoint, stored):
        other = f"{ENDPOINT_VARIABLE} has a different endpoint"
    else:
        return
    raise SettingsError(
        f"{PROFILE_VARIABLE} selects {stored.source}, but {other}. Unset one of the two variables, or choose the "
        f"profile with {either('--profile', 'profile')} or an argument."
    )


def _same(endpoint: str, stored: _Stored) -> bool:
    theirs = normal_endpoint(stored.endpoint or "", stored.source, stored.token)
    return normal_endpoint(endpoint, ENDPOINT_VARIABLE, stored.token) == theirs


def _no_token(source: str) -> str:
    return (
        f"No token found in {source}. Save one with {command_line('configure')}, or set {ENDPOINT_VARIABLE} and "
        f"{TOKEN_VARIABLE}."
    )


def _as_token(token: str | Token) -> Token:
    return token if isinstance(token, Token) else Token(token)
