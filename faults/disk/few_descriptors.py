"""`slovomat serve` with as many file descriptors as the environment says."""

import os
import resource
import sys

from slovomat.cli import main

VARIABLE = "DESCRIPTORS"

if __name__ == "__main__":
    count = int(os.environ[VARIABLE])
    resource.setrlimit(resource.RLIMIT_NOFILE, (count, count))
    sys.argv = ["slovomat", "serve"]
    sys.exit(main())
