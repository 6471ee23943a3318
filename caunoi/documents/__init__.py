"""Stored bytes, addressed by their content hash: form files, attachments, imported workbooks, reports.

It knows bytes and media types and never what they mean.
"""
