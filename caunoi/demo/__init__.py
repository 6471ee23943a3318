"""The demonstration: real units, synthetic villages and records that go through the same door as real ones."""
