"""What a book looks like as a whole, beside published figures: what a reader needs to believe it."""
