"""Commendations and certificates: what was proposed for whom, what was decided, and papers that anyone can check.

A name of a person is kept sealed with a key of its own, opened only for who keeps the register, and can be erased. This
room never says why somebody was not commended, and ranks no persons.
"""
