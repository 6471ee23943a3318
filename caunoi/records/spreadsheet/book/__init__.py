"""One workbook for all units and all due forms of a period: downloaded, filled, sent back, looked over, confirmed."""
