"""Question and history → query: what is searched for, whom it names, whose words it asks for."""
