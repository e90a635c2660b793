import { Domain } from "@web/core/domain";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { patch } from "@web/core/utils/patch";
import { useDebounced } from "@web/core/utils/timing";
import { KanbanController } from "@web/views/kanban/kanban_controller";
import { ListController } from "@web/views/list/list_controller";

import { Component, onMounted, onWillUnmount, useEffect, useState } from "@odoo/owl";

// What comes within this time is counted together
const TOGETHER = 1000;

const isOnly = (kinds, kind) => kinds.size === 1 && kinds.has(kind);

/**
 * Over a list or pipeline of tickets: "2 new, refresh".
 *
 * Nothing moves under the mouse before one clicks. Which tickets belong here only the server can
 * tell: it is asked for those that aren't on the screen, once for all that came together.
 */
export class TicketNews extends Component {
    static template = "helpdesk_lite.TicketNews";
    static props = { root: Object, offset: Number, context: Object };

    setup() {
        this.live = useService("helpdesk_lite.live");
        this.orm = useService("orm");
        this.state = useState({ added: 0, changed: 0 });
        this.rows = new Map(); // what happened, by ticket
        this.belonging = new Set(); // tickets that aren't on the screen, and belong here
        this.countSoon = useDebounced(() => this.count(), TOGETHER);
        onMounted(() => {
            this.end = this.live.listen(this.props.context.default_team_id, (rows) =>
                this.onNews(rows)
            );
        });
        onWillUnmount(() => this.end());
        // another search or page: it was just loaded
        useEffect(
            () => this.forget(),
            () => [this.props.root, this.props.offset]
        );
    }

    forget() {
        this.rows.clear();
        this.belonging.clear();
        Object.assign(this.state, { added: 0, changed: 0 });
    }

    onNews(rows) {
        for (const { id, kinds } of rows) {
            this.rows.set(id, new Set([...(this.rows.get(id) || []), ...kinds]));
        }
        this.countSoon();
    }

    async count() {
        const { root } = this.props;
        const shown = new Set(
            root.model.useSampleModel ? [] : root.records.map(({ resId }) => resId)
        );
        const others = [...this.rows.keys()].filter((id) => !shown.has(id));
        const unknown = others.filter((id) => !this.belonging.has(id));
        // messages on tickets that aren't shown change nothing here
        const asked = unknown.filter((id) => !isOnly(this.rows.get(id), "message"));
        const found = new Set(asked.length ? await this.search(asked) : []);
        if (root !== this.props.root) {
            return;
        }
        found.forEach((id) => this.belonging.add(id));
        unknown.filter((id) => !found.has(id)).forEach((id) => this.rows.delete(id));
        this.state.added = [...this.rows].filter(
            ([id, kinds]) => kinds.has("new") && !shown.has(id)
        ).length;
        this.state.changed = this.rows.size - this.state.added;
    }

    search(ids) {
        const { root } = this.props;
        const domain = Domain.and([root.domain, [["id", "in", ids]]]).toList(root.context);
        return this.orm.silent
            .search(root.resModel, domain, { context: root.context })
            .catch(() => []);
    }

    get label() {
        const { added, changed } = this.state;
        if (added && changed) {
            return _t("%(added)s new, %(changed)s changed, refresh", { added, changed });
        }
        return added ? _t("%s new, refresh", added) : _t("%s changed, refresh", changed);
    }

    async onClick() {
        const { root } = this.props;
        if (root.editedRecord && !(await root.editedRecord.save())) {
            return;
        }
        await root.model.load();
        this.forget();
    }
}

/** Whether a list or pipeline is one of tickets that stands by itself. */
const makePatch = () => ({
    get isLiveTickets() {
        return (
            this.props.resModel === "helpdesk.lite.ticket" &&
            this.model.isReady &&
            !this.env.inDialog
        );
    },
});

for (const Controller of [KanbanController, ListController]) {
    patch(Controller, { components: { ...Controller.components, TicketNews } });
    patch(Controller.prototype, makePatch());
}
