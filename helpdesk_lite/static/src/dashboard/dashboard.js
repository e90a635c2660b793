import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { KanbanRenderer } from "@web/views/kanban/kanban_renderer";
import { kanbanView } from "@web/views/kanban/kanban_view";

import { Component, useState } from "@odoo/owl";

const TICKETS = "helpdesk_lite.helpdesk_lite_ticket_action_my";

/** An agent's own figures above the cards of the teams: today's work, and how the week was. */
export class PersonalStrip extends Component {
    static template = "helpdesk_lite.PersonalStrip";
    static props = { strip: Object };

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
        this.state = useState({
            target_closed: this.props.strip.target_closed,
            target_rating: this.props.strip.target_rating,
            target_success: this.props.strip.target_success,
        });
    }

    /** Open the agent's open tickets, narrowed down by the filters of the search view. */
    open(...filters) {
        const context = Object.fromEntries(
            ["filter_open", ...filters].map((name) => [`search_default_${name}`, 1])
        );
        return this.action.doAction(TICKETS, { additionalContext: context });
    }

    openSnoozed() {
        return this.action.doAction(TICKETS, {
            additionalContext: {
                search_default_filter_awake: 0,
                search_default_filter_snoozed: 1,
            },
        });
    }

    async setTarget(name, ev) {
        const value = Number(ev.target.value);
        if (!Number.isFinite(value) || value < 0) {
            ev.target.value = this.state[name];
            return;
        }
        this.state[name] = value;
        await this.orm.write("res.users", [this.props.strip.user_id], {
            [`helpdesk_lite_${name}`]: value,
        });
    }
}

export class DashboardRenderer extends KanbanRenderer {
    static template = "helpdesk_lite.DashboardRenderer";
    static components = { ...KanbanRenderer.components, PersonalStrip };

    /** The figures come with the teams, the same with each: no request of their own. */
    get strip() {
        const { list } = this.props;
        return !list.isGrouped && list.records[0]?.data.personal_strip;
    }
}

registry.category("views").add("helpdesk_lite_dashboard", {
    ...kanbanView,
    Renderer: DashboardRenderer,
});
