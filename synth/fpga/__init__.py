"""LUTs by FPGA family; place and route with nextpnr."""
