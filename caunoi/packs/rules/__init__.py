"""What a pack says and what is wrong with it. Nothing here reads a table of the database, a clock or a setting."""
