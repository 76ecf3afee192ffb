"""Seeds to prompts: which seeds may be used, and how many requests each class gets.

Reading order: template (prompts with fields of a document), seed_rules, quotas, parameters (of model servers).
"""
