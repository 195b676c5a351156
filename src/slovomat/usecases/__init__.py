"""One verb a file: what the service does, whatever it runs on."""
