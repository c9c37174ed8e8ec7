"""The built-in agent: typed tools over a facts table, and quotes from briefs and documents."""
