"""Steps of the database of this part."""
