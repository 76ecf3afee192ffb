"""A recipe, read and checked. Reading order: yaml, node, recipe, policy, shell_pipe, cluster_profile."""
