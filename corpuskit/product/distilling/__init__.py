"""From events to signals: grouping brings together what belongs to one thing, distil says what it teaches."""
