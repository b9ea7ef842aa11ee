"""Question sets: their model, their formats, and everything that can be wrong with them."""
