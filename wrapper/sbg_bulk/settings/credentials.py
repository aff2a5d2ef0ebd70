"""The credentials file, `~/.sevenbridges/credentials`, which the official clients read too.

It is an INI file: a section for each profile, and in it `api_endpoint` and `auth_token`. When a profile is stored, all
else stays as it is, to the byte; a file that cannot be read cannot be written either.
"""

from __future__ import annotations

import configparser
import os
import re
import shlex
import stat
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from attrs import define, field, frozen

from sbg_bulk.errors import SettingsError
from sbg_bulk.settings.decoded import Decoded
from sbg_bulk.settings.shown import has_secret, shown

ENDPOINT_KEY: Final = "api_endpoint"
TOKEN_KEY: Final = "auth_token"  # noqa: S105 - the key's name

PRIVATE: Final = 0o600
"""The mode of the file: its owner reads and writes it, and nobody else."""

_HEADER: Final = re.compile(r"\[(?P<name>.+)\]")
_ASSIGNMENT: Final = re.compile(r"[^=:]*[=:][ \t]*")
_LINE: Final = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
"""A line as files have it: a text has more kinds of line ends, which the parser does not know."""


@frozen
class Profile:
    """A section of the file. What is written there may be anything: it is shown by `shown` alone.

    Attributes:
        name: the section's name.
        endpoint: as it is written there; None if it is missing or empty.
        token: as it is written there; None if it is missing or empty.
        torn: the key whose value goes on in a further line, which no value of ours does; None if none does.
    """

    name: str = field(repr=False)
    endpoint: str | None = field(repr=False)
    token: str | None = field(repr=False)
    torn: str | None = None

    def in_file(self, path: Path) -> str:
        """Return what names the profile in messages."""
        return f"profile {shown(self.name, self.token)!r} of {path}"

    def check(self, path: Path) -> None:
        """Raise SettingsError if a value has taken in the next line, or if the name looks like a token."""
        if self.torn is not None:
            raise SettingsError(
                f"{self.in_file(path)}: the line after {self.torn} is indented, so it is read as part of its value. "
                "Remove the spaces at the beginning of that line."
            )
        if has_secret(self.name, self.token):
            raise SettingsError(f"{self.in_file(path)}: its name looks like a token. Rename the profile.")


def usual_path() -> Path:
    """Return where the file is, unless another is named.

    Raises:
        SettingsError: the home folder is not known.
    """
    try:
        return Path.home() / ".sevenbridges" / "credentials"
    except RuntimeError:
        raise SettingsError(
            "There is no home folder for ~/.sevenbridges/credentials: HOME is not set, and the system does not know "
            "your user. Set HOME, or SB_API_ENDPOINT and SB_AUTH_TOKEN."
        ) from None


def read(path: Path) -> dict[str, Profile]:
    """Return the profiles of a file by name, in its order; none if there is no such file.

    Raises:
        SettingsError: it cannot be read. The message quotes nothing of it.
    """
    return {name: _profile(name, options) for name, options in _parse(_content(path), path).items()}


def names(profiles: Mapping[str, Profile]) -> str:
    """Return the names of profiles, as they may be shown."""
    return ", ".join(shown(name, *(one.token for one in profiles.values())) for name in profiles) or "none"


def _profile(name: str, options: Mapping[str, str]) -> Profile:
    torn = next((key for key in (ENDPOINT_KEY, TOKEN_KEY) if "\n" in options.get(key, "").strip()), None)
    return Profile(name, options.get(ENDPOINT_KEY) or None, options.get(TOKEN_KEY) or None, torn)


def store(path: Path, name: str, endpoint: str, token: str, *, mode: int = PRIVATE) -> None:
    """Write a profile, in the place of the one of that name or at the end.

    The file is replaced as a whole: whatever happens on the way, it is as it was or as it is to be. A link stays a
    link, and the file that it leads to is replaced.

    Args:
        path: the file; it is made, readable by its owner alone, and so is its folder.
        name: the profile's name.
        endpoint: its `api_endpoint`.
        token: its `auth_token`.
        mode: the mode of the file.

    Raises:
        SettingsError: the name cannot be a profile's, or the file cannot be read or written. It is as it was.
    """
    check_name(name)
    content = with_profile(_content(path), path, name, endpoint, token)
    # What a link leads to is replaced, not the link.
    target = Path(os.path.realpath(path))
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _replace(target, content, mode)
    except OSError as error:
        raise SettingsError(f"{path} cannot be written: {error.strerror}. It was not changed.") from None


def check_name(name: str) -> None:
    """Raise SettingsError unless this can be a profile's name, for this program and for the official clients."""
    if not name or name != name.strip() or not name.isprintable() or set(name) & set("[]"):
        raise SettingsError(f"{shown(name)!r} cannot be a profile's name. Use a word such as default or cavatica.")
    if has_secret(name):
        raise SettingsError(
            "This looks like a token, not like a profile's name. Use a word such as default or cavatica."
        )
    if name == configparser.DEFAULTSECT:
        raise SettingsError(
            "A section [DEFAULT] would apply to all profiles of the official clients. Use default, in lower case."
        )


def exposure(path: Path) -> str | None:
    """Return what is wrong with a file that others than its owner may use, and how to fix it; None if nothing is."""
    if os.name != "posix":  # elsewhere the mode does not say who may
        return None
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
    except OSError:
        return None
    if not mode & (stat.S_IRWXG | stat.S_IRWXO):
        return None
    return (
        f"{path} contains tokens and is open to other users (mode {mode:04o}). Fix it with: "
        f"chmod 600 {shlex.quote(str(path))}"
    )


def with_profile(content: bytes, path: Path, name: str, endpoint: str, token: str) -> bytes:
    """Return the content of a file with a profile in it of this endpoint and this token; all else is as it was.

    Raises:
        SettingsError: the content is malformed, or of a form in which the profile cannot be told from the rest.
    """
    before = _parse(content, path)
    values = {ENDPOINT_KEY: endpoint, TOKEN_KEY: token}
    file = Decoded.of(content)
    lines = _LINE.findall(file.text)
    section = _layout(lines).get(name)
    if section is None:
        _append(lines, name, values)
    else:
        _change(lines, section, values)
    changed = file.encoded("".join(lines))
    as_wanted = False
    with suppress(SettingsError):
        as_wanted = _parse(changed, path) == {**before, name: {**before.get(name, {}), **values}}
    if not as_wanted:
        raise SettingsError(
            f"Profile {shown(name)!r} cannot be changed safely in a file of this form. Edit {path} by hand."
        )
    return changed


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""
    except (OSError, ValueError) as error:
        raise SettingsError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}.") from None


def _parse(content: bytes, path: Path) -> dict[str, dict[str, str]]:
    # As in most programs no section is special, or [DEFAULT] would lend its token to the endpoints of others.
    parser, problem = configparser.ConfigParser(interpolation=None, default_section=""), ""
    try:
        text = Decoded.of(content).text.replace("\r\n", "\n").replace("\r", "\n")
        parser.read_string(text, str(path))
    except UnicodeDecodeError:
        problem = f"{path} cannot be read: it is not UTF-8 text."
    except configparser.Error as error:
        line = getattr(error, "lineno", None) or next((number for number, _ in getattr(error, "errors", [])), None)
        place = f" (line {line})" if line else ""
        problem = f"{path} is not a valid credentials file{place}."
    if problem:
        # Raised out here, so that it does not carry the error caught: that quotes what may be the token.
        raise SettingsError(problem)
    return {name: dict(parser[name]) for name in parser.sections()}


@define
class _Section:
    """The place of a section: the number of its head's line, and those of each of its options, by its key."""

    head: int
    options: dict[str, list[int]] = field(factory=dict)


def _layout(lines: list[str]) -> dict[str, _Section]:
    """Return the sections, with the lines that they consist of, by the rules of configparser."""
    sections: dict[str, _Section] = {}
    section: _Section | None = None
    option, indent = "", 0
    for number, line in enumerate(lines):
        value = line.strip()
        if not value or value.startswith(("#", ";")):
            continue
        depth = len(line) - len(line.lstrip())
        if section is not None and option and depth > indent:
            section.options[option].append(number)  # a value goes on
            continue
        indent = depth
        if head := _HEADER.match(value):
            section, option = _Section(number), ""
            sections[head["name"]] = section
        elif section is not None:
            option = re.split("[=:]", value, maxsplit=1)[0].strip().lower()
            section.options[option] = [number]
    return sections


def _append(lines: list[str], name: str, values: Mapping[str, str]) -> None:
    newline = _newline(lines)
    if lines and not _ending(lines[-1]):
        lines[-1] += newline
    if lines and lines[-1].strip():
        lines.append(newline)
    lines += [f"[{name}]{newline}", *(f"{key} = {value}{newline}" for key, value in values.items())]


def _change(lines: list[str], section: _Section, values: Mapping[str, str]) -> None:
    # Behind what is there, and as far to the right, so that no line becomes another's continuation.
    place = max((numbers[-1] for numbers in section.options.values()), default=section.head)
    model = lines[max((numbers[0] for numbers in section.options.values()), default=section.head)]
    indent = model[: len(model) - len(model.lstrip())]
    newline = _newline(lines)
    added = ""
    for key, value in values.items():
        if key not in section.options:
            added += f"{indent}{key} = {value}{newline}"
            continue
        first, *others = section.options[key]
        assigned = _ASSIGNMENT.match(lines[first])
        assert assigned is not None, "an option has a sign of assignment"
        lines[first] = assigned[0] + value + _ending(lines[first])
        for number in others:
            lines[number] = ""
    if added and lines[place] and not _ending(lines[place]):
        lines[place] += newline
    lines[place] += added


def _ending(line: str) -> str:
    return line[len(line.rstrip("\r\n")) :]


def _newline(lines: list[str]) -> str:
    """Return what the file ends its lines with."""
    return next(filter(None, map(_ending, lines)), "\n")


def _replace(target: Path, content: bytes, mode: int) -> None:
    """Put a file in the place of another, durably: there is never half a file, nor none."""
    import tempfile  # which loads much, and is seldom wanted

    handle, name = tempfile.mkstemp(prefix=f".{target.name}-", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            if os.name == "posix":
                with suppress(OSError):  # root, for a user; for others it is theirs already, or not to be had
                    owner = target.stat()
                    os.fchown(handle, owner.st_uid, owner.st_gid)
                os.fchmod(handle, mode)
            file.write(content)
            file.flush()
            os.fsync(handle)
        os.replace(name, target)  # noqa: PTH105 - a name, not a path
    except BaseException:
        with suppress(OSError):
            os.unlink(name)  # noqa: PTH108 - a name, not a path
        raise
    with suppress(OSError):  # some file systems cannot
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
