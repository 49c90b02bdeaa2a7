"""Each district has its own exchange: the key of a neighbour, a file and a material may be known to several.

Revision ID: 0003
Revises: 0002
"""

from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

#: Table: the column that was unique alone, and the one that it is unique with now.
_KEYS = {
    'exchange_peer': ('public_key', 'district_id'),
    'exchange_file': ('sha256', 'peer_id'),
    'foreign_material': ('uid', 'district_id'),
}


def upgrade() -> None:
    for table, (column, owner) in _KEYS.items():
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_constraint(op.f(f'uq_{table}_{column}'), type_='unique')
            batch_op.create_unique_constraint(op.f(f'uq_{table}_{owner}_{column}'), [owner, column])


def downgrade() -> None:
    for table, (column, owner) in _KEYS.items():
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_constraint(op.f(f'uq_{table}_{owner}_{column}'), type_='unique')
            batch_op.create_unique_constraint(op.f(f'uq_{table}_{column}'), [column])
