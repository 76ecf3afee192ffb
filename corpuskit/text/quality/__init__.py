"""Quality signals and rules. Reading order: signals (measured_texts, sums), rules, checks, words, then the
kernels that count."""
