"""``python -m lmul`` is the command ``lmul``."""

import sys

from lmul.cli import main

sys.exit(main())
