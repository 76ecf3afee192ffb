#!/bin/sh
# Public sources of five kinds, mixed under one licence policy and without what models are tested on.
# Needs corpuskit on the PATH; nothing is downloaded, and everything is written next to this file.
set -eu

cd "$(dirname -- "$0")"
python3 sources.py
rm -rf corpus

echo "== The corpus"
corpuskit mix recipe.yaml
corpuskit verify corpus

echo "== Its licences, source by source, as its card says them"
sed -n '/^## What it holds/,/^## The texts/p' corpus/README.md

echo "== Why one letter is missing"
corpuskit explain corpus letter-3
