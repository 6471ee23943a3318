"""XLSForm, XForm and answers as plain values: nothing here reads a table, a clock or a setting."""
