#!/bin/sh
# A corpus as a pipe of commands; recipe.yaml says the same. The result goes to the folder named on the command line.
#
# No `pipefail` is needed: if a stage dies, the next one notices, and the last one publishes nothing.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
root=$(CDPATH='' cd -- "$here/../.." && pwd)
inputs=$root/examples/quickstart/inputs
PATH=${CORPUSKIT_VENV:-$root/.venv}/bin:$PATH

[ -e "$inputs/pages.warc.gz" ] || python "$root/examples/quickstart/prepare.py"

# Two writers into one pipe, in the recipe's order: the reader adds them up.
(
    corpuskit fetch-warc "$inputs/pages.warc.gz" --source web --origin crawl --license PSF-2.0 |
        corpuskit extract |
        corpuskit filter-language --keep en --min-score 0.5 |
        corpuskit filter-quality --rules gopher --set gopher-min-alphabetic-words=0.6
    corpuskit files "$root/examples/quickstart/feedback.jsonl" --source feedback --origin user_product --license CC0-1.0
) |
    corpuskit dedup |
    corpuskit scrub-pii |
    corpuskit export --to jsonl -o "${1:-from-pipe}"
