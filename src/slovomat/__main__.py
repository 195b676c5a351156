"""`python -m slovomat` is the `slovomat` command."""

from slovomat.cli import main

raise SystemExit(main())
