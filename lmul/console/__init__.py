"""What commands print: progress, tables, JSON documents."""
