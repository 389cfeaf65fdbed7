"""What is compared at equal clocks, and what is kept of it."""
