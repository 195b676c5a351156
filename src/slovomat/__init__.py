"""Slovomat: a vending machine for words."""

__version__ = "0.1.0"
