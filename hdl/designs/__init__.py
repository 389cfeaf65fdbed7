"""Names of circuits, the catalogue, and cycles in closed form: no Amaranth.

All kinds of designs are imported here, so that :meth:`Design.parse` knows their names.
"""

from lmul.hdl.designs import dot as dot
from lmul.hdl.designs import mac as mac
from lmul.hdl.designs import unit as unit
