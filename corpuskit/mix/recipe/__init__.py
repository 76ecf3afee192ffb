"""A recipe, read and checked. Reading order: yaml, node, policy, recipe, shell_pipe, cluster_profile."""
