"""Which occasion a record tells of, by when it is due, and which record it is: plain values only."""
