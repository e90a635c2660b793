import logging
from contextlib import ExitStack, contextmanager

import psycopg2
from psycopg2.pool import PoolError

from odoo import api, fields, models
from odoo.tools import SQL

_logger = logging.getLogger(__name__)

# Each mark takes a slot of PostgreSQL's lock table, which has 6,400 by default.
MARKS_PER_TRANSACTION = 200


class HelpdeskLiteTeamTurn(models.Model):
    """The order of a team's automatic assignments: who had one last has the highest id.

    Transactions that run beside each other don't see each other's rows. So that they don't give
    their tickets to the same member all the same, each of them

    - decides while it holds a lock of the team. The lock belongs to a cursor that does nothing
      else, and is held for the milliseconds of the decision: who holds it waits for nothing, so
      there is no deadlock, and no creation waits for another one to be committed;
    - looks with a fresh snapshot, since its own may be older than turns committed meanwhile;
    - reads the turns of transactions that aren't committed yet from their marks: shared advisory
      locks, whose key says the member and the turn. PostgreSQL shows them to everybody at once
      and takes them away when the transaction ends, either way: after a commit the row tells the
      turn, after a rollback there was none.

    Rows are only ever inserted, so no two transactions conflict, not even in Odoo's isolation
    level, where an update of the same row would fail the second one. A rolled back creation
    takes nobody's turn.
    """

    _name = 'helpdesk.lite.team.turn'
    _description = 'Turn in Automatic Assignment'
    _log_access = False
    _order = 'id'

    team_id = fields.Many2one('helpdesk.lite.team', required=True, ondelete='cascade')
    user_id = fields.Many2one('res.users', required=True, ondelete='cascade', index=True)

    _last_idx = models.Index('(team_id, user_id, id DESC)')

    @api.model
    def _take_turns(self, team, user_ids, choose):
        """Let `choose` decide who is next, and note their turns.

        :param team: ``helpdesk.lite.team``
        :param list user_ids: who can be chosen
        :param choose: function that gets ``{user id: last turn, 0 for never}`` and returns the ids
            of the chosen ones in order, as often as they are chosen
        :return: what `choose` returned
        """
        with self._look_beside(team, user_ids) as turns:
            last = dict.fromkeys(user_ids, 0)
            for user_id, turn in turns:
                last[user_id] = max(last[user_id], turn)
            chosen = choose(last)
            # each one's last turn, in the order of these
            latest = list(dict.fromkeys(reversed(chosen)))[::-1]
            turns = self._draw_turns(team, latest)
        self.env.cr.execute(SQL(
            'INSERT INTO helpdesk_lite_team_turn (id, team_id, user_id) '
            'SELECT turn.id, %s, turn.user_id FROM unnest(%s, %s) AS turn(id, user_id)',
            team.id, turns, latest))
        return chosen

    @api.model
    def _get_last_turns(self, cr, team, user_ids):
        """The users' last turns as the transaction of `cr` sees them: ``[(user id, turn)]``."""
        cr.execute(SQL(
            """SELECT agent.id, last.turn
                 FROM unnest(%s) AS agent(id),
                      LATERAL (SELECT max(turn.id) AS turn FROM helpdesk_lite_team_turn turn
                                WHERE turn.team_id = %s AND turn.user_id = agent.id) last
                WHERE last.turn IS NOT NULL""", list(user_ids), team.id))
        return cr.fetchall()

    @contextmanager
    def _look_beside(self, team, user_ids):
        """Hold the team's lock, and look at the turns that this and other transactions took.

        No statement within the block may wait for a row: the lock belongs to another connection
        than the transaction, so the database couldn't see a deadlock.

        Where there is no other connection to be had it does without: better an unfair turn than
        a lost ticket. Nor while modules are installed, when our tables may be locked by ourselves.

        :return: ``[(user id, turn)]``, none or more than one for a user
        """
        with ExitStack() as stack:
            turns, looked = [], False
            try:
                if self.pool.ready:
                    turns, looked = self._read_beside(stack, team, user_ids), True
            except (psycopg2.OperationalError, PoolError) as error:
                _logger.warning('No look at the turns of other transactions: %s', error)
            if not looked or not self._get_free_marks():
                turns += self._get_last_turns(self.env.cr, team, user_ids)
            yield turns

    @api.model
    def _read_beside(self, stack, team, user_ids):
        lock = stack.enter_context(self.pool.cursor())
        lock.execute(
            'SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))',
            [f'helpdesk_lite_team_turn:{team.id}'])
        # first who is not committed, then who is: the other way round somebody who is committed
        # in between would be in neither
        lock.execute(SQL(
            """SELECT agent.id, mark.objid::bigint
                 FROM pg_locks mark
                 JOIN pg_database database ON database.oid = mark.database
                  AND database.datname = current_database()
                 JOIN unnest(%s) AS agent(id) ON mark.classid::bigint = %s
                WHERE mark.locktype = 'advisory' AND mark.objsubid = 1""",
            list(user_ids), self._get_mark(team)))
        marks = lock.fetchall()
        with self.pool.cursor() as fresh:
            return marks + self._get_last_turns(fresh, team, user_ids)

    @api.model
    def _get_mark(self, team):
        """The upper half of the key of a mark, for the user ``agent.id``: 32 bits, unsigned."""
        return SQL(
            "(hashtext('helpdesk_lite_team_turn:' || %s || ':' || agent.id)::bigint & 4294967295)",
            str(team.id))

    @api.model
    def _draw_turns(self, team, user_ids):
        """Draw the next turns for users, and mark them until the transaction ends.

        :return: the turns, in the order of `user_ids`
        """
        free = self._get_free_marks()
        # not precommit, whose data any flush forgets
        self.env.cr.postcommit.data['helpdesk_lite.free_turn_marks'] = max(free - len(user_ids), 0)
        self.env.cr.execute(SQL(
            """WITH turn AS MATERIALIZED (
                   SELECT agent.id, agent.position,
                          nextval('helpdesk_lite_team_turn_id_seq') AS turn
                     FROM unnest(%s) WITH ORDINALITY AS agent(id, position)
                    ORDER BY agent.position)
               SELECT agent.turn, CASE WHEN agent.position > %s THEN
                      pg_advisory_xact_lock_shared((%s << 32) | (agent.turn & 4294967295))::text END
                 FROM turn agent ORDER BY agent.position""",
            user_ids, len(user_ids) - free, self._get_mark(team)))
        return [turn for turn, _mark in self.env.cr.fetchall()]

    @api.model
    def _get_free_marks(self):
        """Count the marks that this transaction may still set."""
        return self.env.cr.postcommit.data.get(
            'helpdesk_lite.free_turn_marks', MARKS_PER_TRANSACTION)

    @api.autovacuum
    def _gc_turns(self):
        """Forget all turns but each member's last one in a team: only that one matters."""
        self.env.cr.execute(
            """DELETE FROM helpdesk_lite_team_turn turn
                WHERE EXISTS (SELECT 1 FROM helpdesk_lite_team_turn later
                               WHERE later.team_id = turn.team_id
                                 AND later.user_id = turn.user_id AND later.id > turn.id)""")
