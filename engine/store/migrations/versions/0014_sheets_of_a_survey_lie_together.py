"""Sheets of a survey lie together: their random keys tell apart those of one survey, not those of all the surveys there are

Revision ID: 0014
Revises: 0013
"""

from alembic import op

revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ('survey_answer', 'survey_text'):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_index(batch_op.f(f'ix_{table}_run_id'))
            batch_op.drop_constraint(batch_op.f(f'pk_{table}'), type_='primary')
            batch_op.create_primary_key(batch_op.f(f'pk_{table}'), ['run_id', 'key'])


def downgrade() -> None:
    for table in ('survey_answer', 'survey_text'):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_constraint(batch_op.f(f'pk_{table}'), type_='primary')
            batch_op.create_primary_key(batch_op.f(f'pk_{table}'), ['key'])
            batch_op.create_index(batch_op.f(f'ix_{table}_run_id'), ['run_id'], unique=False)
