import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { patch } from "@web/core/utils/patch";
import { FormController } from "@web/views/form/form_controller";
import { KanbanController } from "@web/views/kanban/kanban_controller";
import { ListController } from "@web/views/list/list_controller";
import { TICKET, findNext, findWalk, rememberList } from "@helpdesk_lite/next_ticket/walks";

import { Component, useState } from "@odoo/owl";

/** The button beside the pager that leads on in the list that one came from. */
export class NextTicket extends Component {
    static template = "helpdesk_lite.NextTicket";
    static props = { resId: [Number, Boolean], save: Function, open: Function };

    setup() {
        this.orm = useService("orm");
        this.notification = useService("notification");
        this.state = useState({ isBusy: false });
    }

    get isShown() {
        return Boolean(this.props.resId && findWalk(this.props.resId));
    }

    async onClick() {
        if (this.state.isBusy) {
            return;
        }
        this.state.isBusy = true;
        try {
            await this.goOn();
        } finally {
            this.state.isBusy = false;
        }
    }

    async goOn() {
        if (!(await this.props.save())) {
            return;
        }
        const found = await findNext(this.orm, this.props.resId);
        if (found) {
            await this.props.open(found);
            return;
        }
        this.notification.add(_t("That was the last ticket of this list."), {
            type: "info",
            buttons: [
                { name: _t("Back to the list"), onClick: () => this.env.config.historyBack() },
            ],
        });
    }
}

patch(FormController.prototype, {
    get nextTicket() {
        return this.props.resModel === TICKET && NextTicket;
    },

    /** Save what one has changed; false where that is refused. */
    async saveTicket() {
        const isDirty = await this.model.root.isDirty();
        return isDirty ? this.save({ reload: false }) : true;
    },

    openTicket({ resId, resIds }) {
        return this.model.load({ resId, resIds });
    },
});

patch(ListController.prototype, {
    async openRecord(record) {
        if (record.resModel === TICKET) {
            rememberList(this.env.services.orm, this.model.root, true);
        }
        return super.openRecord(...arguments);
    },
});

patch(KanbanController.prototype, {
    async openRecord(record) {
        if (record.resModel === TICKET) {
            rememberList(this.env.services.orm, this.model.root, false);
        }
        return super.openRecord(...arguments);
    },
});
