"""Org units with dates of validity, and the successions (merge, split, rename, transfer) that turn old into new.

It knows how any unit maps onto the units of any other day, with exact shares. It never knows what is counted.
"""
