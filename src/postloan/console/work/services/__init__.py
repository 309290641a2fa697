"""Writes of people's work. Every public function of these modules leaves one audit event of its own name."""
