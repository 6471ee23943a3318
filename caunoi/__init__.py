"""Cầu Nối: one entry, made once where the work happens; every figure and report derived from it.

The tour of the house is docs/architecture.md. Each room (folder) opens with a paragraph of its own.
"""

__version__ = "0.1.0"
