"""How the documentation is built: Markdown through MyST, nothing fetched, a warning is an error."""

from __future__ import annotations

from importlib.metadata import version as _version

project = "Postloan"
author = "the Postloan project"
release = version = _version("postloan")
extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["build", "decisions/template.md", "examples"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
html_theme = "alabaster"
html_theme_options = {
    "description": "Early warning, classification and measures for a loan book.",
    "fixed_sidebar": True,
    "page_width": "1100px",
}
html_show_sourcelink = False
html_copy_source = False
