#!/bin/sh
# A model rates pages, its ratings are held against the truth, and a small model learns from them to filter the rest.
# Needs corpuskit on the PATH and a server that speaks OpenAI's API: MODEL_URL and MODEL_NAME say which one.
set -eu

cd "$(dirname -- "$0")"
url=${MODEL_URL:-http://127.0.0.1:8080/v1}
model=${MODEL_NAME:-small}
python3 pages.py
rm -rf work && mkdir -p work plans
echo "{\"$model\": {\"input\": 0.15, \"output\": 0.6}}" > work/prices.json

for prompt in plain strict; do
    echo "== Rating 360 pages with the prompt $prompt.txt"
    corpuskit synth-plan inputs/pages.jsonl --template $prompt.txt --schema rating.json --votes score \
        --model "$model" --param temperature=0 --param max_tokens=30 -o plans/$prompt.jsonl
    corpuskit synth-run plans/$prompt.jsonl --url "$url" --prices work/prices.json -o work/$prompt.jsonl
done

echo "== One label of both votes; how often each prompt is right on 60 pages of which the score is known"
corpuskit aggregate-labels work/plain.jsonl work/strict.jsonl --gold inputs/gold.jsonl --min-posterior 0.5 \
    -o work/labels.jsonl

echo "== A model of quality, learned from the labels, filters pages that no model has rated"
python3 split.py work/labels.jsonl work/good.jsonl work/bad.jsonl
corpuskit train-quality work/good.jsonl work/bad.jsonl -o work/pages.model
corpuskit filter-quality inputs/rest.jsonl --model work/pages.model --min-score 0.5 -o work/filtered.jsonl
