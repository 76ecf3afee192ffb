"""The plan: what each class lacks, which documents may become prompts, and what is asked.

Read in this order: quotas, template, seed_rules, parameters, request_body, usable_seeds.
"""
