"""The documentation: a page for people, a reference to try calls in, and files for programs."""
