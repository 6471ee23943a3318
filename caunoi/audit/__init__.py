"""Who did what, when: append-only lines, each chained to the one before by its hash.

It also owns the knowledge clock: one number that grows under one lock with everything that changes what is known
(postings, successions, definitions), so that any figure can be asked as known at a moment. It keeps plain values and
never points at other tables, so that history outlives what it tells of.
"""
