"""Weights for the sources of a recipe.

From small runs: `run_tables` reads them, `regression` learns from them, `search` finds better weights. From what users
say: `feedback` takes a few texts of each. `weight_limits` moves weights no further than the recipe allows.
"""
