"""The report of a run: from its journal to a page, to a few lines of text, or to data.

`page` writes one HTML file that needs nothing from elsewhere; `text` a few lines for a terminal; `document` what a
program reads. All of them tell what `facts` reads from a journal. None of them needs a connection or a token.
"""
