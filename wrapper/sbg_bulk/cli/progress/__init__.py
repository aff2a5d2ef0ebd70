"""How far it has come: on a terminal, in lines, or as events."""
