"""What keeps the timeline true: ``verify``."""

from __future__ import annotations

import click

from monitor.cli.common import FAILED, Place, say, to_read


@click.command()
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to print the account.")
@click.pass_obj
def verify(place: Place, form: str) -> None:
    """Find every quote in its kept text again, and check hashes, revisions and references; exit 1 at any fault."""
    from monitor import console

    declared = place.declared()
    topics = [t.id for t in declared.settings.topics]
    with to_read(declared) as store:
        found = store.audit(declared.seeds, topics)
    console.show_audit(found, form)
    if found.faults:
        say(
            f"{len(found.faults)} fault{'s' * (len(found.faults) > 1)}: what is shown cannot all be traced to what was kept"
        )
        raise click.exceptions.Exit(FAILED)
