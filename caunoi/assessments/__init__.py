"""Units are rated by scoring sheets and measured by sets of criteria; every score explains itself, line by line.

Sheets, classes, caps and criteria are data of packs. What is opened keeps a copy of its sheet, so nothing that changes
later rewrites it. Only units are rated here, never persons; and no class is ever changed by the product itself.
"""
