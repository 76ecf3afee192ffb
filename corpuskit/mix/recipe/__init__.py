"""A recipe, read and checked. Reading order: yaml, node, policy, source_specs, budget_limits, recipe, overrides,
shell_pipe, cluster_profile."""
