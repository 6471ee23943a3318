"""XLSForm in, XForm out; versions of forms; and assignments: who must fill what, when.

It knows questions, choices and constraints, and never hears of figures.
"""
