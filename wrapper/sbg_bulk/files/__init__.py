"""Files and folders: paths, filters, and what is where."""
