"""Something to do: for which unit, until when, because of what. It keeps the list; others decide that it is due."""
