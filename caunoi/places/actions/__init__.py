"""Every write of places: loading files, and one succession entered by a form."""

from caunoi.places.actions.loading import Loaded, load_changes, load_successions, load_units
from caunoi.places.actions.succeeding import succeed

__all__ = ["Loaded", "load_changes", "load_successions", "load_units", "succeed"]
