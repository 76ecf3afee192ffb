"""Mixing: from a recipe to a published corpus.

Reading order: mix (the command), recipe/ (what to build), solver/ (how much of each source), engine/ (how it is built),
status (how far a run is), cache (what it leaves to later ones).
"""
