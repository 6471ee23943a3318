"""Stored bytes, addressed by their content hash, and the register of official documents that came and went.

Of bytes (form files, attachments, workbooks, reports) it knows the media type and never what they mean. Of a document
it knows what stands on its first page, whom it is addressed to, which document it implements and what it asks of units
until when; it announces what is due, and others keep the list of things to do. It never holds secret documents.
"""
