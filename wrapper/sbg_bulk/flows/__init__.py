"""All logic of more than one step, each written once, for every driver: see `sbg_bulk.steps`."""
