"""What can be said about places without a table: trees of a day, and how units map onto other days."""
