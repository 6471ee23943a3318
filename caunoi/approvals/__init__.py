"""One transition table (draft, submitted, returned, approved, locked, withdrawn) over any kind of thing.

`rules` says when a step is possible, `permissions` who may take it. It never knows the things themselves.
"""
