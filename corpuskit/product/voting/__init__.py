"""Many people's votes on one thing become one answer: votes, ballots, dawid_skene, agreement."""
