"""The catalogue of signals with how often each fires and how often it is right."""
