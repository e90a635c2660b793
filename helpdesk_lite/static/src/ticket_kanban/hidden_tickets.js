import { Domain } from "@web/core/domain";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { RottingKanbanRenderer } from "@mail/js/rotting_mixin/rotting_kanban_renderer";
import { rottingKanbanView } from "@mail/js/rotting_mixin/rotting_kanban_view";

import { Component, onWillStart, useState } from "@odoo/owl";

const OPEN = "filter_open";

/** What an unfolded column says of its closed tickets, where the filter "Open" hides them. */
export class HiddenTickets extends Component {
    static template = "helpdesk_lite.HiddenTickets";
    static props = { group: Object, filter: Object };

    setup() {
        this.orm = useService("orm");
        this.state = useState({ count: 0 });
        onWillStart(async () => {
            const { list } = this.props.group;
            const domain = Domain.removeDomainLeaves(list.domain, ["is_closed"]).toList();
            this.state.count = await this.orm.searchCount(list.resModel, domain, {
                context: list.context,
            });
        });
    }

    showThem() {
        this.env.searchModel.toggleSearchItem(this.props.filter.id);
    }
}

export class TicketKanbanRenderer extends RottingKanbanRenderer {
    static template = "helpdesk_lite.TicketKanbanRenderer";
    static components = { ...RottingKanbanRenderer.components, HiddenTickets };

    setup() {
        super.setup();
        // the columns that came folded: a closed stage's, of whose tickets nothing was loaded
        this.cameFolded = new Set();
    }

    getGroupsOrRecords() {
        for (const group of this.props.list.isGrouped ? this.props.list.groups : []) {
            if (group.isFolded) {
                this.cameFolded.add(group.value);
            }
        }
        return super.getGroupsOrRecords();
    }

    /** The filter by which an unfolded column shows none of its tickets, if there is one. */
    getHidingFilter(group) {
        if (group.count || !(this.env.isSmall || this.cameFolded.has(group.value))) {
            return undefined;
        }
        return this.env.searchModel?.getSearchItems(
            (item) => item.name === OPEN && item.isActive
        )[0];
    }
}

export const ticketKanbanView = { ...rottingKanbanView, Renderer: TicketKanbanRenderer };

registry.category("views").add("helpdesk_lite_ticket_kanban", ticketKanbanView);
