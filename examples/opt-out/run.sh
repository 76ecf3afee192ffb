#!/bin/sh
# From the crawl of one site to what may be trained on of it, by what the site says today.
# Needs corpuskit on the PATH; nothing is downloaded, and everything is written next to this file.
set -eu

cd "$(dirname -- "$0")"
python3 crawl.py
rm -rf corpus annotated

echo "== What the host declares: robots.txt of two years, tdmrep.json, RSL"
corpuskit rights-table inputs/robots.warc.gz inputs/sites --captured 2026-10-01 -o inputs/rights.jsonl.zst

echo "== What it would cost: everything passes, and carries its verdicts"
corpuskit fetch-warc inputs/pages.warc.gz --source garden --origin crawl --license LicenseRef-crawl |
    corpuskit extract |
    corpuskit filter-rights --table inputs/rights.jsonl.zst --use train --annotate |
    corpuskit export -o annotated
corpuskit stats annotated

echo "== The corpus: what is disallowed today is left out, and the manifest says so"
corpuskit mix recipe.yaml
corpuskit verify corpus
