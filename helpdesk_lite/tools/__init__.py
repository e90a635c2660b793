from . import boxed_field
from . import boxed_html
from . import seen_teams
from . import working_time
