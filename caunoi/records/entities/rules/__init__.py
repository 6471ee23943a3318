"""Decisions about things and their versions: plain values only."""
