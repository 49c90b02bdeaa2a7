"""Settings of one installation. Copy to config.py; every line is optional and shows its default or a likely value."""

# SQLite in this folder serves one school well. PostgreSQL is for several machines or a whole district.
# SQLALCHEMY_DATABASE_URI = "postgresql+psycopg://trefoil:PASSWORD@127.0.0.1/trefoil"

# Turn on as soon as the site is reached by https: the session cookie is then never sent in the open.
# SESSION_COOKIE_SECURE = True

# Names the site answers to; links in invitations are built only for them.
# TRUSTED_HOSTS = ["trefoil.school.example"]

# There is no secret key here on purpose: the first start makes one in a file of its own, readable by its owner alone.
