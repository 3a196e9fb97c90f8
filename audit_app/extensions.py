"""The Flask extensions, made once and bound to an application by `create_app`."""

from __future__ import annotations

from flask_bootstrap import Bootstrap5
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_security import FSQLALiteUserDatastore, Security
from flask_sqlalchemy_lite import SQLAlchemy
from flask_wtf import CSRFProtect

from audit_app.models import Role, User

db = SQLAlchemy()
bootstrap = Bootstrap5()
csrf = CSRFProtect()
limiter = Limiter(get_remote_address, storage_uri="memory://")
user_datastore = FSQLALiteUserDatastore(db, User, Role)
security = Security(datastore=user_datastore, register_blueprint=True)
