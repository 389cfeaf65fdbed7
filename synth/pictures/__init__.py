"""Pictures of the report, and what all pictures share."""
