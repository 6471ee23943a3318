"""Decisions and arithmetic of facts, without a database: how answers become facts and facts become figures."""
