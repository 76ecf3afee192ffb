"""Content Signals (contentsignals.org, draft-romm-aipref-contentsignals): `search=yes, ai-train=no`.

A signal that is left out neither grants nor denies. Of a signal that is stated twice, the restriction counts. `use`,
added in 2026, says how far content may be reproduced: `immediate` means that nothing is stored, and so that no corpus
is made of it; `reference` and `full` say too little on our uses to decide any.
"""

from functools import lru_cache

from corpuskit.text.rights.statements import ALLOWED, DISALLOWED, most_restrictive

__all__ = ["signal_verdicts"]

SIGNALS = {"ai-train": "train", "ai-input": "input", "search": "search"}
ANSWERS = {"yes": ALLOWED, "no": DISALLOWED}


@lru_cache(maxsize=4096)
def signal_verdicts(value: str) -> dict[str, str]:
    """Return what signals allow and disallow, by use; empty if they say nothing. Treat the result as frozen.

    >>> signal_verdicts("search=yes, ai-train=no, use=reference"), signal_verdicts("ai-train=no, ai-train=yes")
    ({'search': 'allowed', 'train': 'disallowed'}, {'train': 'disallowed'})
    """
    answers: dict[str, list[str]] = {}
    for member in value.split(","):
        signal, equals, answer = (part.strip().lower() for part in member.partition("="))
        if equals and signal in SIGNALS and answer in ANSWERS:
            answers.setdefault(SIGNALS[signal], []).append(ANSWERS[answer])
        elif signal == "use" and answer == "immediate":
            for use in ("train", "search"):
                answers.setdefault(use, []).append(DISALLOWED)
    return {use: most_restrictive(all_answers) for use, all_answers in answers.items()}
