"""Lets `python -m postloan` be the command."""

from postloan.cli import main

if __name__ == "__main__":
    main()
