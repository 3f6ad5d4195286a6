"""The package under the name that pip installs it by, for the programs of this folder and the tests; an installed one is not used.

Its modules are those of ``site_scons/site_tools/go``.
"""

from pathlib import Path

__path__ = [str(Path(__file__).resolve().parents[2] / "site_scons" / "site_tools" / "go")]
