"""What happened to tickets in one transaction, gathered for those who have them on the screen."""

# So many tickets of a team are named in one row of the bus: an import makes thousands
MOST = 200


class LiveNews:
    """News of tickets by team, as they are told at the end of a transaction."""

    def __init__(self):
        self.teams = {}

    def add(self, team_id, ticket_id, kind, names, author_id):
        """Note one event.

        :param str kind: ``new``, ``changed`` or ``message``
        :param names: names of the fields that have another value
        :param author_id: the id of the ``res.users`` whose web client asked for it, or None
        """
        row = self.teams.setdefault(team_id, {}).setdefault(
            ticket_id, {'kinds': set(), 'fields': set(), 'authors': set()})
        row['kinds'].add(kind)
        row['fields'].update(names)
        row['authors'].add(author_id)

    def get_rows(self):
        """What is told, by the id of the team; one author is named, of several none.

        :return: ``{team id: [{'id', 'kinds', 'fields', 'by'}]}``, of ids and technical names alone
        """
        return {
            team_id: [{
                'id': ticket_id, 'kinds': sorted(row['kinds']), 'fields': sorted(row['fields']),
                'by': next(iter(row['authors'])) if len(row['authors']) == 1 else None,
            } for ticket_id, row in list(tickets.items())[-MOST:]]
            for team_id, tickets in self.teams.items()}
