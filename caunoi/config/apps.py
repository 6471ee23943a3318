from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "caunoi.config"

    def ready(self) -> None:
        from caunoi.config import checks, checks_accounts, wiring  # noqa: F401, PLC0415 - models must be loaded first

        wiring.connect()
