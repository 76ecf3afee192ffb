"""Evaluation data in training data. Read in this order: passages (what is looked for), search (where it is found), near (all of a short one but a word)."""
