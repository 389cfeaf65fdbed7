"""Energy of units, PEs and arrays: netlists driven, checked against golden, toggles priced."""
