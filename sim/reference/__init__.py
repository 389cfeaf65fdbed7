"""What a circuit is given and what it must answer."""
