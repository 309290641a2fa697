"""The web console: what a run finds reaches the person who acts, with a deadline, and comes back.

Each folder is one part of it: models, `services` that write, `selectors` that read, thin `views`, templates
and Chinese texts of its own. `people` says who may see what; `audit` keeps what was done; `publishing`
brings a finished run into the database.
"""
