"""What comes back: jobs and their results, files, projects, users, pages."""
