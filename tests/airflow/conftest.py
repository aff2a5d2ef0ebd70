"""Airflow keeps a configuration and a database in its home folder: one of the tests' own."""

from __future__ import annotations

import os
import tempfile

os.environ["AIRFLOW_HOME"] = tempfile.mkdtemp(prefix="sbg-bulk-airflow-")
os.environ["AIRFLOW__CORE__UNIT_TEST_MODE"] = "True"
