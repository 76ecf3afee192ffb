"""Personal data in text. Reading order: scanner, detector, then a file for each kind of data."""
