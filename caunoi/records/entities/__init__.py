"""Registers: lists of things (a loudspeaker station, a performing group) that forms create and change.

A sending that passed the door is taken apart here into changes of things, in the same transaction; what cannot be
carried out becomes a problem for a person and never fails the sending. `rules` decides which version a change builds
upon and whether it contradicts another one; nothing is ever lost: every change is a version, and two that contradict
each other stand side by side until a person decides. Counting things is the facts room's business.
"""
