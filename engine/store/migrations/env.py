"""Runs migrations on the connection that ``engine.store.migrate`` has opened and made safe."""

from alembic import context

from engine.store import tables

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=tables.metadata,
    render_as_batch=True,
    compare_type=True,
    transaction_per_migration=False,
)
context.run_migrations()
