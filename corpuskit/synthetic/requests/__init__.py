"""Requests to a model: the files of a plan, what is asked, what it costs, and what came back."""
