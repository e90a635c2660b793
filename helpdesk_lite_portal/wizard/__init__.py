from . import portal_share
