from . import seen_teams
from . import working_time
