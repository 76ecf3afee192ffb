"""The contract that every step builds on, and the machinery that applies steps to streams.

Reading order: document, reserved, step, outcome, recogniser, options, registry; then the rooms in the order in which
a document passes them: reading, stream, provenance, publish. `disk` is the one door to the file system.
"""
