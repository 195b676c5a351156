"""Every setting, in one frozen value, and where each came from."""

from slovomat.settings.loading import BadSettingsError, LoadedSettings, Settings, load_settings

__all__ = ["BadSettingsError", "LoadedSettings", "Settings", "load_settings"]
