"""Processing elements: edge, rounder, and the datapath that gives their widths."""
