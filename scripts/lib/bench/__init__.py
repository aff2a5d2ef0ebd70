"""The benchmark: what the client and the simulator cost, side by side with what one would use instead."""
