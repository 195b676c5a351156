"""Pure rules: no await, no input or output, no clock, no chance, no logging."""
