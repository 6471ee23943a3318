"""What stands on a document's first page, what is asked about, and how a document is answered below."""
