#!/usr/bin/env bash
# Runs a script of model/hpt in its own Python environment, which is made on the first call (about 3 GB, minutes).
#   model/hpt/run.sh end_to_end.py
# CHATREID_PYTHON names another interpreter that has the packages of requirements.txt.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
python=${CHATREID_PYTHON:-$here/.venv/bin/python}
if [ ! -x "$python" ] && [ -z "${CHATREID_PYTHON:-}" ]; then
  base=$(command -v python3.11 || command -v python3 || true)
  [ -n "$base" ] || { echo 'Python 3.11 or later is needed: install it (apt-get install python3 python3-venv).' >&2; exit 1; }
  "$base" -m venv "$here/.venv"
  "$here/.venv/bin/pip" install -q -r "$here/requirements.txt"
fi
exec "$python" "$here/$1" "${@:2}"
