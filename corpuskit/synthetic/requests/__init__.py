"""Requests to a model: the files of a plan, what is asked, what it costs, and what came back.

Read in this order: plan_file, answer_store, structured, spending, asking, results, documents.
"""
