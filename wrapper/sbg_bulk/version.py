"""The version of this package, which its metadata is made from: to ask the metadata takes longer than all the rest."""

__version__ = "0.1.0"
