"""Presses of forms that have been carried out

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('press',
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(), nullable=False),
    sa.Column('leads_to', sa.String(length=2000), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_press_person_id_person')),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_press'))
    )
    with op.batch_alter_table('press', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_press_at'), ['at'], unique=False)
        batch_op.create_index(batch_op.f('ix_press_person_id'), ['person_id'], unique=False)


def downgrade() -> None:
    op.drop_table('press')
