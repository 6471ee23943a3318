"""What officers keep for themselves and others: saved views (a question with a name) and dashboards made of them.

Campaign days are such a question too: one form, a place, some days, watched on a wall by many at once.

This room keeps questions, never answers: a view is opened as the person who opens it, on the pages that answer it, so
the maker's rights never travel with it. It knows no figure and no page beyond its address.
"""
