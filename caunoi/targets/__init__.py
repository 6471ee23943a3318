"""What is to be reached: a whole set for a place and a period, and its parts for the units below.

Parts are records of the pack's target form, sent through the one door like any other, so that figures, lineage and
knowledge at a moment hold for them; this room keeps the whole, the decision it rests on, and who set it. It never adds
a target to a result, and never knows what is counted.
"""
