"""Seeds to prompts: the template, which seeds may be used, and how many requests each class gets."""
