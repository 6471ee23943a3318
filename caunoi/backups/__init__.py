"""One file that holds everything an office would lose, and the way back from it.

It knows tables as rows of text, whichever database they stand in, and the home folder as files; it never knows what
they mean. The columnar segments are left out: they are made again from the ledger.
"""
