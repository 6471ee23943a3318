"""Loads a programme's folder of spreadsheets and templates into the rooms. No room imports it."""
