"""What is personal here, for what purpose and how long; what a person may ask for; the register of breaches.

It never holds what a person answered, thinks or did: only which fields are personal, and what happened to them.
"""
