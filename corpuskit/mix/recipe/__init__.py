"""A recipe, read and checked.

Reading order: yaml, yaml_mistakes, node, policy, source_specs, step_words, budget_limits, recipe, overrides,
shell_pipe, cluster_profile.
"""
