"""Tables of the report, a question a file."""
