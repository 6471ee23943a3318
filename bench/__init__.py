"""Measures speed and size: `make bench`, or `python -m bench [NAME ...]`.

One JSON line a figure, with a baseline measured in the same run on the same machine:
{"name", "value", "unit", "baseline", "baseline_name", "ratio", "facts"}; ratio = value / baseline. BENCH_FACTS (default
10,000,000) is the number of facts the questions run over, BENCH_ONLY names some figures. Nothing of the reader's own
data is touched: everything happens in a temporary CAUNOI_HOME, deleted at the end.
"""
