"""The officers' pages: what is due, forms, inbox, figures, reports, places, users.

It shows and asks; it holds no rules.
"""
