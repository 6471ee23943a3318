"""Journeys in a real Chromium against the real server with the small demonstration: what a person sees and presses."""
