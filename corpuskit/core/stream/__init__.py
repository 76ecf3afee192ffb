"""Steps applied to streams. Reading order: batch, apply, cpu_guard, workers, flow, limits, first_reject, output,
run."""
