"""Steps applied to streams.

Reading order: batch, apply, cpu_guard, freed_memory, workers, flow, document_files, limits, first_reject, output,
step_inputs, run.
"""
