"""Systolic arrays of both flows: grid, entry, streams.

Both are imported here, so that :meth:`SystolicArray.from_design` knows them.
"""

from lmul.hdl.array import os_array as os_array
from lmul.hdl.array import ws_array as ws_array
