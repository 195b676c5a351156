"""Prompt modes: packaged files, and the loader that checks and renders them."""

from slovomat.domain.mode import BadParameter
from slovomat.modes.catalogue import Listing, Modes
from slovomat.modes.fault import BrokenMode
from slovomat.modes.loader import load_mode, load_modes
from slovomat.modes.mode import Mode

__all__ = ["BadParameter", "BrokenMode", "Listing", "Mode", "Modes", "load_mode", "load_modes"]
