"""Lines that break, servers that die: whatever happens between a phone and the server, a sending that was acknowledged
is stored exactly once with all its files, and one that was not stays on the phone until it is.

`server.py` is the product as a real process that can be killed, `proxy.py` the bad line before it, `device.py` the
phone, `world.py` what they talk about. A schedule is a seed: it says what each phone records and what happens to each
of its requests.
"""
