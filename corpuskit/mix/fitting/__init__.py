"""From small runs to weights: `run_tables` reads them, `regression` learns from them, `search` finds better weights."""
