"""Evidence → checked text: a generator writes, and code makes the citations and compares every sentence with them."""
