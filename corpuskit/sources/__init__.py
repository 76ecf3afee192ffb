"""Where documents come from: public and licensed data."""
