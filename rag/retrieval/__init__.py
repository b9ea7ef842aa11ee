"""Query → candidates: nearest by meaning and best by words, fused, and the first of them reranked."""
