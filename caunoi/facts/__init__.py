"""Data elements, the ledger of facts, indicators, roll-up on any boundaries, coverage and lineage.

Facts are posted and reversed, never edited. It reads records and never changes them.
"""
