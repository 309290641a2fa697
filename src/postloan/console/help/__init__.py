"""The guides of docs/ inside the console, in the language of the page."""
