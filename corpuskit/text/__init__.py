"""From text to judgement: one room for each kind. The rooms know nothing of one another."""
