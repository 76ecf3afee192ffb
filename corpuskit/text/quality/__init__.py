"""Quality signals and rules. Reading order: signals, rules, checks, words, then the kernels that count."""
