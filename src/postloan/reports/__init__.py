"""What people are shown of a pack and of a store: documents made of tables, as text, page or sheet."""
