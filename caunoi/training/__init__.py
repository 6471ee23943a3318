"""Training: classes held by units, their sessions, learners, attendance, marks, and who completed them.

It knows a class's kind, dates, sessions and how many took part; names of learners and their marks only where a pack
says why they are kept, sealed with a key of their own, opened for the holder's officers and erasable. It never knows
what anybody thinks, believes or belongs to, and ranks no persons. What it counts becomes a record of the pack's form,
sent through the one door; plans are targets like any other.
"""
