#!/bin/sh
# A class that is too rare gets questions that a model writes: what is missing, the plan, the answers, the check, the mix.
# Needs corpuskit on the PATH and a server that speaks OpenAI's API: MODEL_URL and MODEL_NAME say which one.
set -eu

cd "$(dirname -- "$0")"
url=${MODEL_URL:-http://127.0.0.1:8080/v1}
model=${MODEL_NAME:-small}
python3 bank.py
rm -rf work && mkdir -p work plans

echo "== What is missing"
corpuskit synth-gaps inputs/real.jsonl --by labels.intent
corpuskit synth-gaps inputs/real.jsonl --by labels.intent --json > work/quota.json

for prompt in reword ask; do
    echo "== The questions of $prompt.txt: planned, asked, checked"
    corpuskit synth-plan inputs/real.jsonl --template $prompt.txt --quota work/quota.json --model "$model" \
        --param temperature=0.9 --param seed=1 --param max_tokens=120 -o plans/$prompt.jsonl
    corpuskit synth-run plans/$prompt.jsonl --url "$url" -o work/$prompt.jsonl
    code=0
    corpuskit synth-check work/$prompt.jsonl --real inputs/real.jsonl --seeds inputs/real.jsonl --by labels.intent \
        --quota work/quota.json -o work/$prompt-checked.jsonl || code=$?
    case $code in
    0) echo "The questions of $prompt.txt pass" ;;
    6) echo "The questions of $prompt.txt are refused, all of them" ;;
    *) exit $code ;;
    esac
done

echo "== The corpus as it was, and with a fifth of synthetic questions at most; no real one goes"
[ -e before/manifest.json ] || corpuskit files inputs/real.jsonl --source real -o before
corpuskit mix recipe.yaml
corpuskit verify before corpus
