#!/bin/sh
# From a product's logs to a corpus for that product: labels, pairs, a model of quality, a mix with public text.
# Needs corpuskit on the PATH; nothing is downloaded, and everything is written next to this file.
set -eu

cd "$(dirname -- "$0")"
python3 logs.py
rm -rf work && mkdir work
shop="--tenant shop --key inputs/shop.key --consent inputs/consent.jsonl"
for_the_shop="--audience tenant:shop --as-of 2026-11-01"

echo "== Labels: the moderators' votes on each post become one, and tickets say how they ended"
corpuskit events inputs/moderation.jsonl --format map --map moderation.yaml $shop |
    corpuskit signals | corpuskit aggregate-labels | corpuskit scrub-pii |
    corpuskit export $for_the_shop -o work/moderation
corpuskit events inputs/tickets.jsonl --format zendesk $shop |
    corpuskit signals | corpuskit scrub-pii | corpuskit export $for_the_shop -o work/tickets

echo "== Pairs and rated answers, as documents and as rows for TRL"
corpuskit events inputs/feedback.json --format openwebui $shop |
    corpuskit signals --kinds pair,unpaired | corpuskit scrub-pii |
    corpuskit filter-audience $for_the_shop |
    corpuskit export $for_the_shop --to jsonl,trl -o work/feedback

echo "== A model of quality, learned from what people rated"
corpuskit events inputs/feedback.json --format openwebui $shop |
    corpuskit signals --kinds unpaired | corpuskit scrub-pii | corpuskit filter-audience $for_the_shop > work/rated.jsonl
python3 split.py work/rated.jsonl work/good.jsonl work/bad.jsonl
corpuskit train-quality work/good.jsonl work/bad.jsonl -o work/answers.model $for_the_shop

echo "== A corpus: the shop's answers, rated and chosen by the model, with public text under caps"
corpuskit mix recipe.yaml
corpuskit verify work/moderation work/tickets work/feedback corpus
