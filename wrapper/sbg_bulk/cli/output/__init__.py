"""What is written: lines, tables, documents."""
