"""Words of work for templates."""
