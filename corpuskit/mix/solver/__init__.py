"""Shares and samples under limits. Reading order: limits, allocate, conflict, binding, sampling."""
