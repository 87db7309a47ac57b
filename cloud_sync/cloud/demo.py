"""What exists in demo mode only: a console login that everybody may know."""

import msgspec

from cloud_sync.cloud.service import open_database
from cloud_sync.cloud.settings import CloudSettings
from cloud_sync.cloud.users import save_user


class DemoLogin(msgspec.Struct, frozen=True):
    """The demonstration's way into the console."""

    login: str
    password: str


DEMO_LOGIN = DemoLogin("demo", "dianshu-demo")


class NotADemo(Exception):
    """A demo login was asked for outside demo mode."""


def ensure_demo_login(settings: CloudSettings) -> DemoLogin:
    """Make the demonstration's console login. Raises NotADemo unless the settings say demo."""
    if not settings.demo:
        raise NotADemo
    with open_database(settings).connected() as connection:
        save_user(connection, DEMO_LOGIN.login, "总部演示", DEMO_LOGIN.password, demo=True)
    return DEMO_LOGIN
