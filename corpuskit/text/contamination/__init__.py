"""Evaluation data in training data.

Read in this order: passages (what is looked for), search (where it is found), near (short ones but for a word).
"""
