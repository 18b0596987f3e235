"""`python -m ctxbudget_server`: the command `ctxbudget`."""

import sys

from ctxbudget_server.cli import main

sys.exit(main())
