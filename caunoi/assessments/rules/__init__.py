"""Scores, classes, caps and criteria as plain values. Nothing here reads a table, a clock or a setting."""
