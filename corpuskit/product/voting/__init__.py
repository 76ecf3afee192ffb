"""Many people's votes on one thing become one answer: votes, dawid_skene, agreement."""
