"""How a stream's payload stands at AXI4-Stream ports."""

from dataclasses import dataclass

from amaranth.hdl import Shape, ShapeLike
from amaranth.lib import data

__all__ = ["AxiLayout"]


@dataclass(frozen=True)
class AxiLayout:
    """The ports of one stream, and where its payload's members are in them.

    ``tdata`` has the lanes, lane 0 lowest, each filled up with zeros to whole bytes. ``tkeep`` has
    a bit for each of these bytes; a lane is kept when all of its bytes are. ``tlast`` is ``last``.
    ``tuser`` has all other members. A port is there when the payload has something for it.

    Attributes
    ----------
    name : str
        Of the stream.
    incoming : bool
        Whether the component is its slave, not its master.
    lanes, lane_width : int
        How many lanes, and the bits of each.
    keeps : bool
        Whether the payload says which lanes are kept.
    ends : bool
        Whether the payload has ``last``.
    user : tuple of (str, int)
        Name and bits of each member in ``tuser``, lowest bits first.
    """

    name: str
    incoming: bool
    lanes: int
    lane_width: int
    keeps: bool
    ends: bool
    user: tuple[tuple[str, int], ...]

    @classmethod
    def of(cls, name: str, incoming: bool, payload: ShapeLike) -> "AxiLayout":
        """The ports of a stream of that payload.

        Raises
        ------
        TypeError
            When the payload is no struct with ``lanes``, which is an array.
        ValueError
            When it has ``keep``, but not a bit for each lane.
        """
        members = (
            {member: field.shape for member, field in payload}
            if isinstance(payload, data.StructLayout)
            else {}
        )
        lanes = members.pop("lanes", None)
        if not isinstance(lanes, data.ArrayLayout):
            raise TypeError(f"Payload of stream {name!r} must have an array 'lanes': {payload!r}")
        keep = members.pop("keep", None)
        if keep is not None and Shape.cast(keep).width != lanes.length:
            raise ValueError(
                f"'keep' of stream {name!r} must have a bit for each of {lanes.length} lanes, "
                f"not {Shape.cast(keep).width}"
            )
        last = members.pop("last", None)
        return cls(
            name,
            incoming,
            lanes.length,
            Shape.cast(lanes.elem_shape).width,
            keep is not None,
            last is not None,
            tuple((member, Shape.cast(shape).width) for member, shape in members.items()),
        )

    @property
    def prefix(self) -> str:
        """What its ports' names begin with."""
        return f"{'s' if self.incoming else 'm'}_axis_{self.name}"

    @property
    def lane_bytes(self) -> int:
        """The bytes of a lane in ``tdata``."""
        return -(-self.lane_width // 8)

    @property
    def ports(self) -> dict[str, int]:
        """The width of each port, by its name without the prefix; ``tready`` is the last."""
        total = self.lanes * self.lane_bytes
        widths = {
            "tdata": 8 * total,
            "tkeep": total if self.keeps else 0,
            "tlast": int(self.ends),
            "tuser": sum(width for _, width in self.user),
            "tvalid": 1,
            "tready": 1,
        }
        return {port: width for port, width in widths.items() if width}
