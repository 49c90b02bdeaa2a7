"""The second step of signing in, accounts at an identity provider, wrong tries by step and browser

Revision ID: 0011
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = '0011'
down_revision = '0009'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('second_step',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('secret', sa.String(length=300), nullable=False),
    sa.Column('last_step', sa.Integer(), nullable=False),
    sa.Column('since', sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_second_step_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_second_step')),
    sa.UniqueConstraint('person_id', name=op.f('uq_second_step_person_id'))
    )
    op.create_table('recovery_code',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('code_hash', sa.String(length=64), nullable=False),
    sa.Column('used_at', sa.DateTime(), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_recovery_code_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recovery_code'))
    )
    with op.batch_alter_table('recovery_code', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_recovery_code_person_id'), ['person_id'], unique=False)

    op.create_table('outer_account',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('issuer', sa.String(length=300), nullable=False),
    sa.Column('outer_id', sa.String(length=255), nullable=False),
    sa.Column('since', sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_outer_account_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outer_account')),
    sa.UniqueConstraint('issuer', 'outer_id', name=op.f('uq_outer_account_issuer_outer_id')),
    sa.UniqueConstraint('person_id', 'issuer', name=op.f('uq_outer_account_person_id_issuer'))
    )
    with op.batch_alter_table('sign_in', schema=None) as batch_op:
        batch_op.add_column(sa.Column('whole', sa.Boolean(), server_default=sa.true(), nullable=False))

    with op.batch_alter_table('failed_sign_in', schema=None) as batch_op:
        batch_op.add_column(sa.Column('step', sa.String(length=10), server_default='password', nullable=False))
        batch_op.add_column(sa.Column('browser', sa.String(length=30), server_default='', nullable=False))


def downgrade() -> None:
    op.execute("DELETE FROM failed_sign_in WHERE step <> 'password'")
    with op.batch_alter_table('failed_sign_in', schema=None) as batch_op:
        batch_op.drop_column('browser')
        batch_op.drop_column('step')

    op.execute("DELETE FROM sign_in WHERE NOT whole")
    with op.batch_alter_table('sign_in', schema=None) as batch_op:
        batch_op.drop_column('whole')

    op.drop_table('outer_account')
    with op.batch_alter_table('recovery_code', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_recovery_code_person_id'))

    op.drop_table('recovery_code')
    op.drop_table('second_step')
