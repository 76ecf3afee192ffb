#!/bin/sh
# The quickstart: from a bare Python to a verified corpus. Needs Python 3.11 or newer with pip, and the network
# only to install. CORPUSKIT_VENV names an environment other than .venv next to the README.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
root=$(CDPATH='' cd -- "$here/../.." && pwd)
venv=${CORPUSKIT_VENV:-$root/.venv}

find_python() {
    for name in python3 python3.13 python3.12 python3.11 python; do
        if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$name"
            return
        fi
    done
    echo "quickstart: needs Python 3.11 or newer, but none is on the PATH" >&2
    return 2
}

if [ ! -x "$venv/bin/python" ]; then
    python=$(find_python)
    echo "== Making an environment in $venv"
    "$python" -m venv "$venv"
fi
if ! "$venv/bin/corpuskit" --version >/dev/null 2>&1; then
    echo "== Installing corpuskit and what it needs (one to three minutes)"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --editable "$root"
fi

echo "== Preparing inputs from $("$venv/bin/python" --version): nothing is downloaded"
"$venv/bin/python" "$here/prepare.py"

echo "== corpuskit mix examples/quickstart/recipe.yaml"
"$venv/bin/corpuskit" mix "$here/recipe.yaml"

echo "== corpuskit verify examples/quickstart/snapshot"
"$venv/bin/corpuskit" verify "$here/snapshot"

cat <<EOF

The corpus is built. What to try next, after:  cd '$here' && PATH='$venv/bin':\$PATH
  corpuskit mix --plan recipe.yaml              the shell pipe that each source stands for
  corpuskit stats snapshot                      what it holds, and what was left out and why
  corpuskit explain snapshot certifi            why one document is not in the corpus
  python -m json.tool snapshot/manifest.json    every step, count and digest (or: jq '.steps[] | {name, dropped}')
  corpuskit mix recipe.yaml -o bigger           after a change of budget, weights or caps in recipe.yaml
  corpuskit export --to parquet snapshot -o parquet && corpuskit verify parquet
EOF
