"""Cycles go on with other definitions and back; settings of types by version; what was purged

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'type_settings',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('school_id', sa.Integer(), nullable=False),
        sa.Column('type_key', sa.String(length=40), nullable=False),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.Column('type_version', sa.String(length=40), nullable=False),
        sa.Column('values', sa.JSON(), nullable=False),
        sa.Column('aside', sa.JSON(), nullable=False),
        sa.Column('by_id', sa.Integer(), nullable=False),
        sa.Column('at', sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_type_settings_by_id_person')),
        sa.ForeignKeyConstraint(['school_id'], ['school.id'], name=op.f('fk_type_settings_school_id_school')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_type_settings')),
        sa.UniqueConstraint('school_id', 'type_key', 'version', name=op.f('uq_type_settings_school_id_type_key_version')),
    )
    with op.batch_alter_table('type_settings', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_type_settings_school_id'), ['school_id'], unique=False)
    op.create_table(
        'cycle_upgrade',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('cycle_id', sa.Integer(), nullable=False),
        sa.Column('seq', sa.Integer(), nullable=False),
        sa.Column('version_before', sa.String(length=40), nullable=False),
        sa.Column('version_after', sa.String(length=40), nullable=False),
        sa.Column('fingerprint_before', sa.String(length=64), nullable=False),
        sa.Column('fingerprint_after', sa.String(length=64), nullable=False),
        sa.Column('mapping', sa.JSON(), nullable=False),
        sa.Column('before', sa.JSON(), nullable=False),
        sa.Column('by_id', sa.Integer(), nullable=True),
        sa.Column('at', sa.DateTime(), nullable=False),
        sa.Column('undone_at', sa.DateTime(), nullable=True),
        sa.Column('undone_by', sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_cycle_upgrade_by_id_person')),
        sa.ForeignKeyConstraint(['cycle_id'], ['cycle.id'], name=op.f('fk_cycle_upgrade_cycle_id_cycle')),
        sa.ForeignKeyConstraint(['undone_by'], ['person.id'], name=op.f('fk_cycle_upgrade_undone_by_person')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_cycle_upgrade')),
        sa.UniqueConstraint('cycle_id', 'seq', name=op.f('uq_cycle_upgrade_cycle_id_seq')),
    )
    with op.batch_alter_table('cycle_upgrade', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_cycle_upgrade_cycle_id'), ['cycle_id'], unique=False)
    op.create_table(
        'type_purge',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('school_id', sa.Integer(), nullable=False),
        sa.Column('type_key', sa.String(length=40), nullable=False),
        sa.Column('title', sa.JSON(), nullable=False),
        sa.Column('counts', sa.JSON(), nullable=False),
        sa.Column('by_id', sa.Integer(), nullable=False),
        sa.Column('started_at', sa.DateTime(), nullable=False),
        sa.Column('finished_at', sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_type_purge_by_id_person')),
        sa.ForeignKeyConstraint(['school_id'], ['school.id'], name=op.f('fk_type_purge_school_id_school')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_type_purge')),
    )
    with op.batch_alter_table('type_purge', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_type_purge_school_id'), ['school_id'], unique=False)
    with op.batch_alter_table('cycle', schema=None) as batch_op:
        batch_op.add_column(sa.Column('upgrades', sa.Integer(), server_default='0', nullable=False))
    with op.batch_alter_table('revision', schema=None) as batch_op:
        batch_op.add_column(sa.Column('form_key', sa.String(length=40), server_default='', nullable=False))
        batch_op.add_column(sa.Column('fingerprint', sa.String(length=64), server_default='', nullable=False))
    with op.batch_alter_table('draft', schema=None) as batch_op:
        batch_op.add_column(sa.Column('fingerprint', sa.String(length=64), server_default='', nullable=False))
        batch_op.add_column(sa.Column('aside', sa.JSON(), server_default='[]', nullable=False))
    # No cycle has changed its definition yet, so whatever is there was written by the one it is pinned to.
    op.execute("UPDATE draft SET fingerprint = (SELECT fingerprint FROM cycle WHERE cycle.id = draft.cycle_id)")
    op.execute(
        "UPDATE revision SET fingerprint = (SELECT fingerprint FROM submission WHERE submission.id = submission_id), "
        "form_key = (SELECT form_key FROM submission WHERE submission.id = submission_id)"
    )
    _purged_may_go()


#: An entry of a cycle whose type is being purged in its school.
_PURGED = (
    "EXISTS (SELECT 1 FROM type_purge JOIN cycle ON cycle.school_id = type_purge.school_id "
    "AND cycle.type_key = type_purge.type_key WHERE cycle.id = OLD.cycle_id AND type_purge.finished_at IS NULL)"
)
_KEPT = (
    "id", "cycle_id", "seq", "at", "actor_id", "action", "source", "target", "round", "held", "once", "fingerprint"
)
_UNDER_WAY = "EXISTS (SELECT 1 FROM destruction_act WHERE finished_at IS NULL AND kind = 'erasure')"


def _function(deletion: str) -> None:
    """PostgreSQL: names may go while an act of erasure is open; ``deletion`` says what else may."""
    same = " AND ".join(f"NEW.{column} IS NOT DISTINCT FROM OLD.{column}" for column in _KEPT)
    same += " AND NEW.waived::text = OLD.waived::text"
    op.execute(
        "CREATE OR REPLACE FUNCTION journal_entry_append_only() RETURNS trigger AS $$ BEGIN "
        f"IF TG_OP = 'UPDATE' THEN IF {_UNDER_WAY} AND {same} THEN RETURN NEW; END IF; END IF; {deletion}"
        "RAISE EXCEPTION 'journal_entry is append-only'; END $$ LANGUAGE plpgsql"
    )


def _purged_may_go() -> None:
    """The journal stays append-only, but for the cycles of a type while its purge is open."""
    if op.get_bind().dialect.name == 'sqlite':
        op.execute("DROP TRIGGER journal_entry_no_delete")
        op.execute(
            f"CREATE TRIGGER journal_entry_no_delete BEFORE DELETE ON journal_entry WHEN NOT {_PURGED} "
            "BEGIN SELECT RAISE(ABORT, 'journal_entry is append-only'); END"
        )
        return
    _function(f"IF TG_OP = 'DELETE' THEN IF {_PURGED} THEN RETURN OLD; END IF; END IF; ")


def _nothing_may_go() -> None:
    """As the revision before had it."""
    if op.get_bind().dialect.name == 'sqlite':
        op.execute("DROP TRIGGER journal_entry_no_delete")
        op.execute(
            "CREATE TRIGGER journal_entry_no_delete BEFORE DELETE ON journal_entry "
            "BEGIN SELECT RAISE(ABORT, 'journal_entry is append-only'); END"
        )
        return
    _function("")


def downgrade() -> None:
    _nothing_may_go()
    with op.batch_alter_table('draft', schema=None) as batch_op:
        batch_op.drop_column('aside')
        batch_op.drop_column('fingerprint')
    with op.batch_alter_table('revision', schema=None) as batch_op:
        batch_op.drop_column('fingerprint')
        batch_op.drop_column('form_key')
    with op.batch_alter_table('cycle', schema=None) as batch_op:
        batch_op.drop_column('upgrades')
    op.drop_table('type_purge')
    op.drop_table('cycle_upgrade')
    op.drop_table('type_settings')
