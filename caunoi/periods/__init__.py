"""Months, quarters, half-years, years and custom stretches of days, with their cut-off days.

Pure arithmetic on dates. It never reads a clock and never touches a table: "today" is always an argument.
"""
