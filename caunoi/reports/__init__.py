"""Word templates filled with figures that stay traceable: report runs, their manifest, and its verification."""
