"""The district: materials of other schools, invitations, exchange files, the coordinator's picture."""
