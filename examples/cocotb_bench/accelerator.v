// Somebody's module around an array: a reset that is active low, ports with names of their own.
`default_nettype none
module accelerator (
  input  wire        aclk,
  input  wire        aresetn,
  input  wire [15:0] mm_s_axis_a_tdata,
  input  wire [1:0]  mm_s_axis_a_tkeep,
  input  wire        mm_s_axis_a_tlast,
  input  wire        mm_s_axis_a_tvalid,
  output wire        mm_s_axis_a_tready,
  input  wire [15:0] mm_s_axis_b_tdata,
  input  wire [1:0]  mm_s_axis_b_tkeep,
  input  wire        mm_s_axis_b_tlast,
  input  wire        mm_s_axis_b_tvalid,
  output wire        mm_s_axis_b_tready,
  output wire [63:0] mm_m_axis_out_tdata,
  output wire        mm_m_axis_out_tlast,
  output wire        mm_m_axis_out_tvalid,
  input  wire        mm_m_axis_out_tready
);
  array_lmul_e4m3_2x2_os the_array (
    .clk(aclk),
    .rst(!aresetn),
    .s_axis_a_tdata(mm_s_axis_a_tdata),
    .s_axis_a_tkeep(mm_s_axis_a_tkeep),
    .s_axis_a_tlast(mm_s_axis_a_tlast),
    .s_axis_a_tvalid(mm_s_axis_a_tvalid),
    .s_axis_a_tready(mm_s_axis_a_tready),
    .s_axis_b_tdata(mm_s_axis_b_tdata),
    .s_axis_b_tkeep(mm_s_axis_b_tkeep),
    .s_axis_b_tlast(mm_s_axis_b_tlast),
    .s_axis_b_tvalid(mm_s_axis_b_tvalid),
    .s_axis_b_tready(mm_s_axis_b_tready),
    .m_axis_out_tdata(mm_m_axis_out_tdata),
    .m_axis_out_tlast(mm_m_axis_out_tlast),
    .m_axis_out_tvalid(mm_m_axis_out_tvalid),
    .m_axis_out_tready(mm_m_axis_out_tready),
    .held(),
    .bubble(),
    .waits(),
    .too_long(),
    .bad_last()
  );
endmodule
`default_nettype wire
