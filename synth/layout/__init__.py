"""What placing and routing would add to a netlist, estimated: wires, and the clock's last stage."""
