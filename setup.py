"""The one thing that pyproject.toml cannot say: the wheel carries ``dbt/`` as ``pipelines/dbt_project/``.

setuptools finds packages by folder, and in a checkout ``dbt/`` is none of ours (see CONTRIBUTING.md).
"""

from __future__ import annotations

from setuptools import setup
from setuptools.command.build_py import build_py


class BuildWithDbtProject(build_py):
    """Builds our packages and, where ``package-dir`` says it is, the dbt project."""

    def finalize_options(self) -> None:
        """Add the dbt project to the packages that were found."""
        super().finalize_options()
        self.packages = [*self.packages, "pipelines.dbt_project"]


setup(cmdclass={"build_py": BuildWithDbtProject})
