# Each command sets up what it lacks; "make help" lists them with their variables.
# A variable that is set here ("make run PORT=8070") reaches the program by the environment.

PYTHON ?= python3
COMMANDS := run test test-odoo lint i18n bench load screenshots shell psql mail setup clean help

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: $(COMMANDS)

$(COMMANDS):
	@$(PYTHON) scripts/dev.py $@
