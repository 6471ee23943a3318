"""Submissions and their versions: the one door through which every record enters, from any device or spreadsheet.

A correction is a new version; nothing is changed in place. It announces what arrived and never computes figures.
"""
