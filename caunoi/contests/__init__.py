"""Contests: entries that judges mark without knowing whose they are, ranked by declared criteria and weights.

It knows rounds, entrants (a person's name sealed), entries with their files, who judges, each judge's marks, the
rankings that follow from them and the ones they replaced, appeals and prizes. What it publishes suffices for anybody to
compute the ranking again. It never knows why a judge gave a mark, and tells of judges only how many there were.
"""
