"""The shop's pages: what is bought and how it is paid, what providers tell, codes, and papers."""
