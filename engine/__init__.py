"""Trefoil's engine.

core       the generic state machine: definitions, rules, forms as data, criteria (pure)
extension  how group types are found, checked and kept apart
store      tables, unit of work, migrations
services   the verbs of the product
api        the one door for authors of group types
"""
