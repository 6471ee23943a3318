"""Conferences, briefings, talks, visits and dialogues: planned, held, counted, followed up.

It knows a meeting's agenda and sites, the units and offices invited, how many took part, which topics were spoken of
and how often, what was concluded, asked above or asked by residents, and whether that was done in time. It never
knows who came, who spoke, who asked or what anybody thinks: attendance is a number, at the door too. What it counts
becomes a record of the pack's form, sent through the one door; it adds no figure of its own.
"""
