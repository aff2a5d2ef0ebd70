"""The documentation: its blocks are run and kept true, and its site is built.

- `blocks`: the fenced blocks of a page, and what is to be done with each
- `matching`: what a page shows, compared with what came out; both merged into what it should show
- `shells`, `interpreter`: where commands and Python blocks are run
- `playing`: one page from its first block to its last
- `building`: the site
- `contract`, `events`, `tables`, `directives`: the pages that are made of the spec and of the code
"""
