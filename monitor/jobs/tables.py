"""
The tables of the job engine: made where they are missing, and brought up to date where ours is the newer engine.

The engine has its changes as files, to be done in the order of their names; it does not note which were done. So a
comment on its table does, written in the same transaction; processes that do this at the same moment wait in turn.
"""

from __future__ import annotations

from pathlib import Path

from procrastinate import App
from procrastinate.exceptions import ConnectorException

from monitor.errors import Outdated

__all__ = ["ready"]

# The last change of the engine that our first tables had, which bear no comment.
FIRST = "03.04.00_50_post_add_retry_failed_job_procedure"
PREFIX = "monitor: "

_VERSION: str = f"""
    SELECT coalesce(substr(obj_description(c.oid, 'pg_class'), {len(PREFIX) + 1}), '{FIRST}') AS version
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = current_schema() AND c.relname = 'procrastinate_jobs'
"""


async def ready(app: App, changes: Path | None = None) -> None:
    """Make the tables, or bring them up to date by what is in *changes*; Outdated where they are newer than we are."""
    folder = changes or Path(app.schema_manager.get_migrations_path())
    steps = sorted(file.stem for file in folder.glob("*.sql"))
    while (before := await _version(app)) != steps[-1]:
        if before > steps[-1]:
            raise Outdated(
                f"the tables of the jobs were brought up to date by a newer procrastinate ({before}, this one knows"
                f" {steps[-1]}); start that one here, too"
            )
        after = next(s for s in steps if s > before) if before else steps[-1]
        change = (folder / f"{after}.sql").read_text("utf-8") if before else app.schema_manager.get_schema()
        try:
            await app.connector.execute_query_async(_step(before, after, change))
        except ConnectorException:
            if await _version(app) == before:
                raise


def _step(before: str, after: str, change: str) -> str:
    """Return one transaction that takes the tables from *before* to *after*, and fails where another was quicker."""
    return f"""
        SELECT pg_advisory_xact_lock(hashtext(current_schema() || ' procrastinate'));
        DO $guard$ BEGIN
            IF coalesce(({_VERSION}), '') <> '{before}' THEN
                RAISE EXCEPTION 'another process was quicker' USING ERRCODE = 'object_not_in_prerequisite_state';
            END IF;
        END $guard$;
        {change};
        COMMENT ON TABLE procrastinate_jobs IS '{PREFIX}{after}';
    """.replace("%", "%%")


async def _version(app: App) -> str:
    """Return the last change that was done, "" where there are no tables."""
    rows = await app.connector.execute_query_all_async(_VERSION)
    return str(rows[0]["version"]) if rows else ""
