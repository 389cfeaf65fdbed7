"""What other products cost two real models: a sentence encoder and a small language model."""
