class SeenTeams:
    """What a call that only reads has found of who sees which teams: ``{whose view: answer}``.

    It travels in the context, into which no request can put an object: what comes by RPC is JSON.
    """

    def __init__(self):
        self.answers = {}
