"""Values that come back: jobs and their results, files, projects, users, pages."""
