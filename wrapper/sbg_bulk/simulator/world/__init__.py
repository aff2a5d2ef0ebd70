"""The things that the service keeps: users, projects, files, jobs, rate limits and a clock."""
