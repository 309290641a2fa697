"""Institutions, staff, roles, deputies and the calendar of working days."""
