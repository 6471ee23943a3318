"""Charts beside a table of figures: which kinds fit an answer, their Vega-Lite specification, and the picture of it.

The same specification is drawn by the server (a picture that needs no script, in Word or on a phone) and by the
browser (with the numbers under the pointer). A chart only shows what the table beside it shows, with the same rounding;
it never asks the ledger and never decides who may see what.
"""
