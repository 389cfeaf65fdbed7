"""Static timing: arrivals, slews, buffer trees, the longest path, area against delay."""
