# Sourced by the scripts: makes a Python environment of the project's own, once, and again when its
# requirements change.
#
#   environment NAME EXTRAS    sets $bin to the environment's folder of commands
#
# The versions are those in the file $constraints, which a script may change before.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
constraints="$root/scripts/constraints.txt"

find_python() {
  local candidate
  for candidate in "${PYTHON:-}" python3 python3.14 python3.13 python3.12 python3.11; do
    [ -n "$candidate" ] || continue
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      # Not that of an environment which may be active, and may be the very one to be made anew.
      "$candidate" -c 'import sys; print(sys._base_executable)'
      return
    fi
  done
  echo "Python 3.11 or newer is needed. Install it, or name it: PYTHON=/path/to/python3 $0" >&2
  return 1
}

environment() {
  local folder="$root/.venv-$1" extras=$2 python wanted
  python=$(find_python)
  wanted=$(cat "$root/pyproject.toml" "$constraints" | cksum; "$python" -V; echo "$root $extras")
  bin="$folder/bin"
  if [ -f "$folder/made-for" ] && [ "$(cat "$folder/made-for")" = "$wanted" ]; then
    return
  fi
  echo "Making the environment .venv-$1 (once; some minutes at the most) ..." >&2
  rm -rf "$folder"
  "$python" -m venv "$folder" || {
    echo "python3 -m venv failed. On Debian and Ubuntu it is a package of its own: python3-venv" >&2
    return 1
  }
  "$bin/python" -m pip --disable-pip-version-check install --quiet \
    --constraint "$constraints" --editable "$root[$extras]" >&2
  printf '%s\n' "$wanted" >"$folder/made-for"
}
