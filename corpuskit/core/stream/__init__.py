"""Steps applied to streams. Reading order: batch, apply, cpu_guard, workers, flow, limits, output, run."""
