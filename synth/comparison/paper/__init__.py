"""What the paper claims of gates and energies, beside what is counted."""
