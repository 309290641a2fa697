from pathlib import Path
import pytest
from postloan.engine import changes, open_engine
