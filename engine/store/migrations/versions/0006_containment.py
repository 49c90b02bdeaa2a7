"""Faults of plugins, and which plugins are in quarantine

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'plugin_fault',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('plugin', sa.String(length=80), nullable=False),
        sa.Column('version', sa.String(length=40), nullable=False),
        sa.Column('hook', sa.String(length=160), nullable=False),
        sa.Column('kind', sa.String(length=8), nullable=False),
        sa.Column('error', sa.String(length=80), nullable=False),
        sa.Column('message', sa.String(length=500), nullable=False),
        sa.Column('trace', sa.Text(), nullable=False),
        sa.Column('count', sa.Integer(), nullable=False),
        sa.Column('recent', sa.JSON(), nullable=False),
        sa.Column('first_at', sa.DateTime(), nullable=False),
        sa.Column('last_at', sa.DateTime(), nullable=False),
        sa.CheckConstraint("kind IN ('raise', 'wrong', 'slow')", name=op.f('ck_plugin_fault_kind')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_plugin_fault')),
        sa.UniqueConstraint('plugin', 'hook', 'kind', 'error', name=op.f('uq_plugin_fault_plugin_hook_kind_error')),
    )
    op.create_table(
        'plugin_quarantine',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('plugin', sa.String(length=80), nullable=False),
        sa.Column('edition', sa.String(length=64), nullable=False),
        sa.Column('reason', sa.JSON(), nullable=False),
        sa.Column('since', sa.DateTime(), nullable=False),
        sa.Column('lifted_at', sa.DateTime(), nullable=True),
        sa.Column('lifted_by', sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(['lifted_by'], ['person.id'], name=op.f('fk_plugin_quarantine_lifted_by_person')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_plugin_quarantine')),
    )
    with op.batch_alter_table('plugin_quarantine', schema=None) as batch_op:
        batch_op.create_index(
            'uq_plugin_quarantine_plugin_open',
            ['plugin'],
            unique=True,
            sqlite_where=sa.text('lifted_at IS NULL'),
            postgresql_where=sa.text('lifted_at IS NULL'),
        )


def downgrade() -> None:
    op.drop_table('plugin_quarantine')
    op.drop_table('plugin_fault')
