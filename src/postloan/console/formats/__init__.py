"""How numbers are written, where a bank's way is not Django's."""
