"""What the service keeps: users, projects, files, jobs, a clock."""
