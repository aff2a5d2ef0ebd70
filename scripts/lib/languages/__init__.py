"""The contract in other languages: clients generated, checked, and made to carry out `spec/scenario.yaml`.

From the bottom up: `tools` (commands), `recording` (requests), `scenario`, `judging` (a program against the scenario),
`stages`, `generator` and `npm` (what makes clients), `programs` (processes), `kits` (the languages). The sources of
the programs are in `python/`, `typescript/` and `r/`.
"""
