"""What is wrong with synthetic documents.

Read in this order: checks (the table), copies, leaks, ratio_interval, labels, balance, diversity, phrases, comparison.
"""
