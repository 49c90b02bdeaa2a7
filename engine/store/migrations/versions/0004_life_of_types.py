"""The life of group types: purged ones, definitions with contributions

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('definition_snapshot', schema=None) as batch_op:
        batch_op.add_column(sa.Column('base', sa.String(length=64), server_default='', nullable=False))
    with op.batch_alter_table('type_switch', schema=None) as batch_op:
        batch_op.drop_constraint(op.f('ck_type_switch_state'), type_='check')
        batch_op.create_check_constraint(
            op.f('ck_type_switch_state'), "state IN ('enabled', 'draining', 'disabled', 'purged')"
        )


def downgrade() -> None:
    op.execute("UPDATE type_switch SET state = 'disabled' WHERE state = 'purged'")
    with op.batch_alter_table('type_switch', schema=None) as batch_op:
        batch_op.drop_constraint(op.f('ck_type_switch_state'), type_='check')
        batch_op.create_check_constraint(op.f('ck_type_switch_state'), "state IN ('enabled', 'draining', 'disabled')")
    with op.batch_alter_table('definition_snapshot', schema=None) as batch_op:
        batch_op.drop_column('base')
