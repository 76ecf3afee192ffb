"""From events to signals: grouping brings together what belongs to one thing, distil says what it teaches, and
edit_distance how much of a text was changed."""
