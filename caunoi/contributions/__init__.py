"""Contributions and works: what was given for a named work, by source and place, and what the work cost by source.

Both are records of packs' forms, sent through the one door; this room reads them by work, holds one side against the
other, and makes the list that is disclosed and the letters of thanks. It names a giver only with recorded consent, and
never knows, lists or counts who did not give.
"""
