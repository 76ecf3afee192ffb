"""Synthetic documents: which gaps to fill, the plan of requests, its answers, and the check that they pass or not."""
