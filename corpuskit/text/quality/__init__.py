"""Quality signals and rules. Reading order: signals (measured_texts, sums), rules, checks, words, c4_lines (page_edges,
menus, link_words, program_text), then the kernels that count."""
