"""How long a person takes to see what has come: what is pressed sooner was meant for something else."""

from playwright.sync_api import Page

from webphone.ui.haste import CALM


def seen(page: Page) -> None:
    """A person has seen what has come, and presses now."""
    page.wait_for_timeout((CALM + 0.1) * 1000)
