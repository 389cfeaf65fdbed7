"""Tables and a picture of circuits at equal clocks."""
