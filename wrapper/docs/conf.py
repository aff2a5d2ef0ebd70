"""How Sphinx builds the site."""

from importlib.metadata import version as version_of

project = "sbg-bulk"
version = release = version_of("sbg-bulk")
copyright = "the authors of sbg-bulk"  # noqa: A001 - Sphinx wants this name
extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_click",
    "scripts.lib.docs.directives",
]
exclude_patterns = ["pictures/README.md"]

default_role = "literal"  # what stands in single backquotes, in docstrings
smartquotes = False  # `--json` has two dashes

html_theme = "furo"
html_title = f"sbg-bulk {release}"
html_copy_source = False
html_show_sphinx = False
html_last_updated_fmt = None

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
autoclass_content = "class"
napoleon_use_ivar = True
napoleon_numpy_docstring = False
python_use_unqualified_type_names = True
add_module_names = False

# Types of other packages, and those of this one that stand only in signatures: nothing of the site describes them.
nitpick_ignore_regex = [
    ("py:.*", r"(httpx|attrs?|click|pathlib|datetime|collections|typing|types)\..*"),
    ("py:.*", r"sbg_bulk\.(api\.drivers|simulator)\..*"),
    ("py:.*", r"sbg_bulk\.models\.resources\.T|sbg_bulk\.testing\.C"),
    # Imported for type checkers alone, in the clients.
    ("py:.*", r"AwaitingDriver|BlockingDriver|Draft|Format|ReadFormat|Given|Manifest|VolumePlace|Source|Path|datetime"),
]
