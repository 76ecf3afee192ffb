"""Mixing: a published corpus from a recipe.

Reading order: mix (the command), recipe/ (what to build), solver/ (how much of each source), engine/ (how it is built),
status (how far a run is).
"""
