"""The public platforms: their short names, their endpoints, and their full names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

DEPLOYMENTS: Final[Mapping[str, str]] = {
    "us": "https://api.sbgenomics.com/v2",
    "eu": "https://eu-api.sbgenomics.com/v2",
    "cgc": "https://cgc-api.sbgenomics.com/v2",
    "cavatica": "https://cavatica-api.sbgenomics.com/v2",
    "bdc": "https://api.sb.biodatacatalyst.nhlbi.nih.gov/v2",
    "cn": "https://api.sevenbridges.cn/v2",
}
"""The short names of the public platforms, accepted wherever an endpoint is."""

TITLES: Final[Mapping[str, str]] = {
    "cgc": "Cancer Genomics Cloud",
    "cavatica": "CAVATICA",
    "bdc": "BioData Catalyst",
    "us": "Seven Bridges Platform, US",
    "eu": "Seven Bridges Platform, EU",
    "cn": "Seven Bridges Platform, China",
}
"""The full names of the platforms, by their short names."""
