"""How the default reranker was trained; nothing here is imported at run time."""
