"""The protocol of ODK Collect and other OpenRosa clients, and the officers' pages about phones.

It knows addresses, headers, statuses and XML of that protocol, and whose token it is. What a sending means, and whether
it is right, is for the records room; it never judges an answer.
"""
