"""What FPGA and ASIC flows want beside the Verilog: core file, template, constraints, marks."""
