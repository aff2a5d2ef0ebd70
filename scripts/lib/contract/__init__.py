"""Does a deployment keep the contract? Checks that run on the simulator in a test and on a live service alike."""
