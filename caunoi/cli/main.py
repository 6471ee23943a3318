"""The command `caunoi`. Each group of commands stands in a file of its own beside this one.

Exit codes: 0 ok, 1 refused (the sentence on standard error), 2 wrong usage.
"""

from __future__ import annotations

import gc
import importlib
import os
import sys

import click

# Command -> module that defines it under the same name (dashes as underscores). Loaded only when called: `--help`
# and quick commands do not pay for the others.
COMMANDS = {
    "demo": "demo",
    "serve": "serve",
    "worker": "serve",
    "pack": "pack",
    "places": "places",
    "import": "import_",
    "export": "export",
    "figures": "figures",
    "explain": "figures",
    "changes": "changes",
    "coverage": "figures",
    "checks": "checks",
    "contests": "contests",
    "release": "release",
    "report": "report",
    "verify": "verify",
    "compare-reports": "report_compare",
    "report-key": "report_key",
    "ledger": "ledger",
    "mail": "mail",
    "search": "search",
    "storage": "storage",
    "audit": "audit",
    "backup": "backup",
    "restore": "backup",
    "migrate": "serve",
}


class LazyGroup(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"caunoi.cli.{COMMANDS[cmd_name]}")
        if not gc.isenabled():  # the program is whole: see main
            gc.freeze()
            gc.enable()
        command = getattr(module, "import_" if cmd_name == "import" else cmd_name.replace("-", "_"))
        assert isinstance(command, click.Command)
        return command


@click.group(cls=LazyGroup)
@click.version_option(package_name="caunoi")
def cli() -> None:
    """Cầu Nối: record once, and every figure and report follows."""


def main() -> None:
    # What the program is made of stays until its end: Python would look through it for garbage nearly 300 times while
    # it is loaded, and again and again behind what a command makes.
    gc.disable()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "caunoi.config.settings")
    from caunoi.cli.frame import run  # noqa: PLC0415 - Django is set up there

    sys.exit(run(cli))
