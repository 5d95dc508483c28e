"""Completion of commands and options in a shell: ``completion``."""

from __future__ import annotations

import click

SHELLS = {"bash": "~/.bashrc", "zsh": "~/.zshrc", "fish": "~/.config/fish/completions/monitor.fish"}


@click.command()
@click.argument("shell", type=click.Choice(tuple(SHELLS)))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """
    Print what lets SHELL complete commands and options.

    bash and zsh: eval "$(monitor completion bash)" in the file that it reads at start; fish: monitor completion fish >
    ~/.config/fish/completions/monitor.fish
    """
    from click.shell_completion import get_completion_class

    found = get_completion_class(shell)
    assert found is not None  # click has the three that can be chosen
    click.echo(found(context.find_root().command, {}, "monitor", "_MONITOR_COMPLETE").source())
