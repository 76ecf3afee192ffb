"""Quality signals and rules. Reading order: signals, rules, words, then the kernels that count."""
