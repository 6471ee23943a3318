"""Pages. Each says who asks and what came in, calls a query or an action, and says what happened; nothing more."""
