"""The cocotb benches: what runs inside the simulator. :mod:`lmul.sim.runner` starts them."""
