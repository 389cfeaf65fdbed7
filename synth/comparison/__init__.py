"""What the report compares: designs, measurements, the paper, SCALE-Sim."""
