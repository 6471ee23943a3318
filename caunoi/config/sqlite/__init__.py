"""Django's SQLite, with a queue for those who write. `base.py` is where Django looks for it."""
