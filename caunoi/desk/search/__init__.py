"""One search over everything a reader may see: units, people, submissions, registers, documents, reports, figures.

It keeps an index of folded words of what is many and has no words of its own to look up (units, things of registers,
accounts); everything else is found in its own tables. It never decides what may be seen: each source asks the room
that does."""
