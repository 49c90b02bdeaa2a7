"""What is asked of each school among many: whom a psychologist watches has an index; words are asked by their material

Revision ID: 0013
Revises: 0012
"""

from alembic import op

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(op.f('ix_plc_group_psychologist_id'), 'plc_group', ['psychologist_id'], unique=False)
    op.drop_index('ix_material_word_stem', table_name='material_word')


def downgrade() -> None:
    op.create_index('ix_material_word_stem', 'material_word', ['stem'], unique=False)
    op.drop_index(op.f('ix_plc_group_psychologist_id'), table_name='plc_group')
