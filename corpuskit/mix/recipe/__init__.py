"""A recipe, read and checked. Reading order: yaml, node, policy, source_specs, recipe, overrides,
shell_pipe, cluster_profile."""
