"""The cocotb benches: what runs inside the simulator. :mod:`lmul.sim.runner.run` starts them."""
