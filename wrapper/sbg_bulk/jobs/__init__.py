"""The jobs on files: submit, read, list, watch and wait for them."""
