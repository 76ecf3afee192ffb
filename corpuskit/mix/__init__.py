"""The main job: a recipe becomes a published corpus.

Reading order: mix (the command), recipe/ (what was asked), solver/ (how much of each source), engine/ (how it is done),
status (how far a run has come).
"""
