"""L-Mul multipliers and their exact twins: golden model, RTL, gate counts."""
