"""How the documentation is built."""

import omskit

project = "omskit"
author = "The omskit maintainers"
copyright = author  # noqa: A001 - the name that Sphinx reads
release = omskit.__version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinxcontrib.mermaid",
]
exclude_patterns = ["_build"]
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3
myst_fence_as_directive = ["mermaid"]
mermaid_d3_zoom = False

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
napoleon_attr_annotations = True

html_theme = "furo"
html_title = "omskit"
html_theme_options = {"navigation_with_keys": True}
