"""The pictures that ``make screenshots`` takes: a browser, what is to be seen, and from where."""
