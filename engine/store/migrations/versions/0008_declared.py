"""Types a school has made itself

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def _only(state):
    condition = sa.text(f"state = '{state}'")
    return {"sqlite_where": condition, "postgresql_where": condition}


def upgrade() -> None:
    op.create_table(
        'declared_type',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('school_id', sa.Integer(), nullable=False),
        sa.Column('key', sa.String(length=40), nullable=False),
        sa.Column('version', sa.String(length=40), nullable=False),
        sa.Column('text', sa.Text(), nullable=False),
        sa.Column('state', sa.String(length=10), nullable=False),
        sa.Column('edition', sa.Integer(), nullable=False),
        sa.Column('by_id', sa.Integer(), nullable=True),
        sa.Column('at', sa.DateTime(), nullable=False),
        sa.CheckConstraint("state IN ('draft', 'published')", name=op.f('ck_declared_type_state')),
        sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_declared_type_by_id_person')),
        sa.ForeignKeyConstraint(['school_id'], ['school.id'], name=op.f('fk_declared_type_school_id_school')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_declared_type')),
    )
    with op.batch_alter_table('declared_type', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_declared_type_school_id'), ['school_id'], unique=False)
        batch_op.create_index('uq_declared_type_draft', ['key'], unique=True, **_only('draft'))
        batch_op.create_index('uq_declared_type_version', ['key', 'version'], unique=True, **_only('published'))


def downgrade() -> None:
    op.drop_table('declared_type')
