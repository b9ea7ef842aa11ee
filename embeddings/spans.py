"""The range of characters that all layers count in; by itself, so that importing it does not load NumPy."""

Span = tuple[int, int]  # half-open
