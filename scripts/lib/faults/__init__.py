"""Trials of the promise of runs: whatever goes wrong, each row is done exactly once, or is reported as not done.

- `drawing`: which trial a seed draws, of all families
- `schedule`: what goes wrong in it
- `trial`: carries a run through it, on a virtual clock, against the simulator in this process
- `oracle`: compares what the simulator did with what the run's journal says, and states the promise exactly
- `volume_trial`, `volume_stage`: the same of imports and exports; `drs_trial`, `drs_stage`: of imports by DRS;
  `edit_trial`, `edit_stage`: of metadata and tags
- `kills`: the same for real: processes that are killed; `errands`: what their runs do, one for each family
"""
