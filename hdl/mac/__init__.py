"""Processing elements: edge, accumulators, rounder, and the datapath that gives their widths."""
