"""Users, and roles that reach an org unit's subtree. The scope of a reader is computed here and nowhere else.

It says who may see which unit's records of which days; it never decides domain questions.
"""
