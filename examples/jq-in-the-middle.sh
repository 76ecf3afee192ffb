#!/bin/sh
# A stream is plain JSONL, so other tools can be part of a pipe. Here jq keeps what unhappy users wrote and moves the
# rating into the labels. The result goes to the folder named on the command line.
#
# jq vouches for nothing, so the stage after it says `upstream: unverified`, and so does the manifest. If that is
# not good enough, `--strict-input` refuses such a stream.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
PATH=${CORPUSKIT_VENV:-$here/../.venv}/bin:$PATH

corpuskit files "$here/quickstart/feedback.jsonl" --source feedback --origin user_product --license CC0-1.0 |
    jq -c 'select(.metadata.rating <= 2)
           | .metadata.labels = {rating: .metadata.rating}
           | del(.metadata.rating)' |
    corpuskit dedup |
    corpuskit scrub-pii |
    corpuskit export --to jsonl -o "${1:-unhappy}"
